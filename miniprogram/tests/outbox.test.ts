import { beforeEach, expect, test, vi } from 'vitest'
import type { Schemas } from '../app/lib/api'
import { fakePhone, sessionOf, type FakePhone } from './fake-wx'

type Outbox = typeof import('../app/lib/outbox')
type Body = { records: { kind: string; record: { id: string } }[] }

let phone: FakePhone
let server: Map<string, unknown>
let outbox: Outbox
const counting = () => import('../app/lib/counting')

/** The app after it was killed: its modules are new, the storage is as it was. */
async function restarted(): Promise<Outbox> {
  vi.resetModules()
  return import('../app/lib/outbox')
}

function syncs(): number {
  return phone.requests.filter(({ url }) => url === '/api/v1/sync').length
}

function serve({ body }: { body: unknown }) {
  const answers = (body as Body).records.map(({ record }) => {
    server.set(record.id, record)
    return { id: record.id, status: 201, code: null, message: null, details: {}, exceptions: [] }
  })
  return { status: 200, data: { answers }, headers: { Date: new Date().toUTCString() } }
}

beforeEach(async () => {
  phone = fakePhone()
  server = new Map()
  phone.storage.set('session', sessionOf('li'))
  phone.answer = serve
  outbox = await restarted()
})

const tapAt = (minute: number) => ({ occurred_at: `2026-10-01T01:0${minute}:00.000Z`, fix: null })

test('a record is on the phone before anything is sent', () => {
  const { id, saved } = outbox.add('clock_in', tapAt(2), { visitId: 'v1' })

  expect(saved).toBe(true)
  expect(phone.storage.get(`outbox:${id}`)).toMatchObject({ state: 'kept', kind: 'clock_in', visitId: 'v1' })
  expect(phone.requests).toEqual([])
})

test('made offline, killed, restarted and sent twice it is one record', async () => {
  phone.isOnline = false
  const { id } = outbox.add('clock_in', tapAt(2), { visitId: 'v1' })
  expect(await outbox.flush()).toBe(false)
  const second = await restarted()
  phone.isOnline = true
  phone.answer = (request) => (serve(request), 'lost') // the server took it, the answer never came
  expect(await second.flush()).toBe(false)
  expect(second.find(id)?.state).toBe('kept')

  const third = await restarted()
  phone.answer = serve
  expect(await third.flush()).toBe(true)

  expect(syncs()).toBe(2)
  expect([...server.keys()]).toEqual([id])
  expect(third.find(id)?.state).toBe('sent')
})

test('each answer is taken by itself: what fails for now waits, what is refused stays and is shown', async () => {
  const ids = [1, 2, 3].map((minute) => outbox.add('item', { ...tapAt(minute), item_code: 'a' }, { visitId: 'v1' }).id)
  const statuses = [201, 503, 422]
  phone.answer = ({ body }) => ({
    status: 200,
    data: {
      answers: (body as Body).records.map(({ record }, place) => ({
        id: record.id, status: statuses[place], code: 'x', message: 'because', details: {}, exceptions: [],
      })),
    },
  })

  expect(await outbox.flush()).toBe(false)

  expect(syncs()).toBe(1)
  expect(ids.map((id) => outbox.find(id)?.state)).toEqual(['sent', 'kept', 'stuck'])
  expect(outbox.find(ids[2] ?? '')?.answer?.message).toBe('because')
})

test('at most 500 records go in one request, and all of them go', async () => {
  for (let number = 0; number < 501; number += 1) outbox.add('item', tapAt(1), { visitId: 'v1' })

  expect(await outbox.flush()).toBe(true)

  expect(syncs()).toBe(2)
  expect(server.size).toBe(501)
})

test('two who ask at once send once', async () => {
  outbox.add('clock_in', tapAt(1), { visitId: 'v1' })

  await Promise.all([outbox.flush(), outbox.flush()])

  expect(syncs()).toBe(1)
})

test('records of another account on the phone are neither shown nor sent', async () => {
  const { id } = outbox.add('clock_in', tapAt(1), { visitId: 'v1' })
  phone.storage.set('session', sessionOf('wang'))

  expect(await outbox.flush()).toBe(true)

  expect(outbox.records()).toEqual([])
  expect(phone.requests).toEqual([])
  expect(phone.storage.has(`outbox:${id}`)).toBe(true)
})

test('a full phone lets caches go first, then says so and sends from memory', async () => {
  phone.storage.set('cache:li:visits', {})
  phone.room = phone.storage.size
  expect(outbox.isTight()).toBe(true)
  expect(outbox.add('clock_in', tapAt(1), { visitId: 'v1' }).saved).toBe(true)

  const { id, saved } = outbox.add('clock_out', tapAt(2), { visitId: 'v1' })

  expect(saved).toBe(false)
  expect(await outbox.flush()).toBe(true)
  expect(server.has(id)).toBe(true)
})

test('a storage that takes nothing more keeps no record from being sent, once', async () => {
  const { id } = outbox.add('clock_in', tapAt(1), { visitId: 'v1' })
  phone.isFrozen = true

  expect(await outbox.flush()).toBe(true)

  expect(syncs()).toBe(1)
  expect(outbox.find(id)?.state).toBe('sent')
  expect(outbox.records()).toHaveLength(1)
})

test('what is said of a tap waits as long as the tap has to, and no other record does', async () => {
  const { id } = outbox.add('clock_in', tapAt(1), { visitId: 'v1' })
  phone.answer = () => ({ status: 200, data: { answers: [{ id, status: 503, code: 'x', message: 'x', details: {}, exceptions: [] }] } })
  expect(await outbox.flush()).toBe(false)
  phone.answer = serve
  const scan = outbox.add('tag_scan', { ...tapAt(2), event_id: id, tag: 'AH1' }, { visitId: 'v1' }).id
  const note = outbox.add('shift_note', { ...tapAt(3), text: '-' }, { visitId: 'v1' }).id

  expect(await outbox.flush()).toBe(false)
  expect([...server.keys()]).toEqual([note])
  expect(await outbox.sendAgain()).toBe(true)
  expect([...server.keys()]).toEqual([note, id, scan])
})

test('a month of records is read once, however often it is looked at', async () => {
  for (let number = 0; number < 40; number += 1) outbox.add('item', tapAt(number % 9), { visitId: 'v1' })
  const again = await restarted()
  const read = vi.spyOn((globalThis as unknown as { wx: { getStorageSync(key: string): unknown } }).wx, 'getStorageSync')
  const reads = () => read.mock.calls.filter(([key]) => key.startsWith('outbox:')).length

  expect(again.records()).toHaveLength(40)
  expect(reads()).toBe(40)
  const { id } = again.records()[0]!
  again.change(id, { state: 'sent' })
  expect([again.find(id)?.state, again.waiting().length, again.waitingOfAll()]).toEqual(['sent', 39, 39])
  expect(reads()).toBe(40)
  expect((await restarted()).find(id)?.state).toBe('sent') // written through
})

test.each([
  ['sent', {}, 31, false],
  ['sent', {}, 29, true],
  ['sent', { file: 'file:1' }, 31, true],
  ['accepted', {}, 31, false],
  ['in_review', {}, 31, true],
  ['stuck', {}, 31, true],
  ['kept', {}, 31, true],
] as const)('%s with %j, %i days old: still on the phone %s', (state, more, days, isThere) => {
  const { id } = outbox.add('notice', { occurred_at: new Date(Date.now() - days * 86_400_000).toISOString() })
  outbox.change(id, { state, ...more })

  outbox.prune()

  expect([outbox.find(id) !== undefined, phone.storage.has(`outbox:${id}`)]).toEqual([isThere, isThere])
})

test('a record that is decided while room is made for it stays on the phone', async () => {
  const { id } = outbox.add('item', tapAt(1), { visitId: 'v1' })
  outbox.change(id, { state: 'accepted' })
  const other = outbox.add('item', tapAt(2), { visitId: 'v1' }).id
  const wx = (globalThis as unknown as { wx: { setStorageSync(key: string, value: unknown): void } }).wx
  const set = wx.setStorageSync
  wx.setStorageSync = (key, value) => {
    if (phone.storage.has(`outbox:${id}`)) throw new Error('exceed storage max size 10Mb') // until what is decided is let go
    set(key, value)
  }

  outbox.change(id, { tries: 2 })

  expect(outbox.records().map((kept) => kept.id)).toEqual([id, other])
  expect(phone.storage.get(`outbox:${id}`)).toMatchObject({ state: 'accepted', tries: 2 })
})

const NONE: Schemas['SentCounts'] = {
  clock_events: 0, items: 0, care_days: 0, photos: 0, photo_contents: 0, shift_notes: 0, incidents: 0, vital_signs: 0, checks: 0,
  attempts: 0, statements: 0, help_calls: 0, notices: 0, away_words: 0, tag_scans: 0, remarks: 0, ratings: 0,
}

test.each([
  ['clock_in', 'clock_events'],
  ['stated_end', 'statements'],
  ['confirmation', 'statements'],
  ['away_word', 'away_words'],
  ['tag_scan', 'tag_scans'],
  ['remark', 'remarks'],
  ['rating', 'ratings'],
  ['vital_signs', 'vital_signs'],
] as const)('a %s that the server lacks is kept again, and no other record', async (kind, counted) => {
  const { id } = outbox.add(kind, tapAt(1), { visitId: 'v1' })
  const other = outbox.add('item', tapAt(1), { visitId: 'v1' }).id
  await outbox.flush()
  phone.answer = () => ({ status: 200, data: { ...NONE, items: 3 } })

  const counts = await (await counting()).compare('2026-10-01')

  expect(counts).toMatchObject({ phone: 2, server: 1, missing: 1, short: [counted] })
  expect([outbox.find(id)?.state, outbox.find(other)?.state]).toEqual(['kept', 'sent'])
})

test('what was told in another role is not missed in this one', async () => {
  const { id } = outbox.add('confirmation', tapAt(1), { visitId: 'v1' })
  await outbox.flush()
  const own = sessionOf('li') as object
  phone.storage.set('session', { ...own, grant: { id: 'grant-2', role: 'guardian' } })
  phone.answer = () => ({ status: 200, data: NONE })

  expect(await (await counting()).compare('2026-10-01')).toMatchObject({ phone: 0, server: 0, missing: 0 })
  expect(outbox.find(id)?.state).toBe('sent')
})

test.each([
  ['open', 'sent'],
  ['held', 'in_review'],
  ['accepted', 'accepted'],
  ['refused', 'not_accepted'],
] as const)('a fact that is %s shows its records as %s', async (standing, state) => {
  expect((await counting()).stateOf(standing)).toBe(state)
})

test.each([
  [1, 5_000],
  [2, 10_000],
  [5, 80_000],
  [20, 600_000],
])('after %i failures it waits %i ms', (failed, wait) => {
  expect(outbox.waitAfter(failed, () => 0.5)).toBe(wait)
})
