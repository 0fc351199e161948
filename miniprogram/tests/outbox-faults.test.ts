/** What a phone goes through: it dies at any write, its answers are lost, cut off or refused, its storage is full. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakePhone, reborn, sessionOf, type FakePhone } from './fake-wx'

type Outbox = typeof import('../app/lib/outbox')
type Told = { kind: string; record: { id: string } }
type Request = FakePhone['requests'][number]
const ok = (id: string) => ({ id, status: 201, code: null, message: null, details: {}, exceptions: [] })

/** A server that keeps what it is told, once, and the bytes of photos. */
class Server {
  readonly rows = new Map<string, number>()
  readonly bytes = new Map<string, number>()

  answer = ({ url, body }: Request): Exclude<ReturnType<FakePhone['answer']>, 'lost'> => {
    const photo = /photos\/(.*)\/content/.exec(url)?.[1]
    if (photo) return this.bytes.set(photo, (body as ArrayBuffer).byteLength), { status: 200, data: {} }
    if (!url.startsWith('/api/v1/sync')) return { status: 200, data: {} }
    const { records } = body as { records: Told[] }
    for (const { record } of records) if (!this.rows.has(record.id)) this.rows.set(record.id, 1)
    return { status: 200, data: { answers: records.map(({ record }) => ok(record.id)) } }
  }
}

let phone: FakePhone
let server: Server

async function started(): Promise<Outbox> {
  vi.resetModules()
  return import('../app/lib/outbox')
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-10-01T01:00:00Z') })
  phone = fakePhone()
  server = new Server()
  phone.storage.set('session', sessionOf('li'))
  phone.answer = server.answer
})
afterEach(() => {
  vi.useRealTimers()
})

const tapAt = (minute = 2) => ({ occurred_at: `2026-10-01T01:0${minute}:00.000Z`, fix: null })

// --- killed at any write ---

/** A visit of two items, a photo and a confirmation; `added` has what the app told the carer was kept. */
async function visit(outbox: Outbox, added: string[]): Promise<void> {
  const add = (...given: Parameters<Outbox['add']>) => void added.push(outbox.add(...given).id)
  add('clock_in', tapAt(1), { visitId: 'v1' })
  await outbox.flush()
  phone.files.set('file:1', new ArrayBuffer(7))
  add('photo', tapAt(2), { file: 'file:1' })
  for (const item_code of ['a', 'b']) add('item', { ...tapAt(3), item_code }, { visitId: 'v1' })
  add('confirmation', tapAt(4), { visitId: 'v1' })
  add('clock_out', tapAt(5), { visitId: 'v1' })
  await outbox.flush()
}

/** Live through the visit on a phone that dies at its n-th write, start it again, send; answers what is wrong then. */
async function faultsAfterDeathAt(n: number, isForgetful = false): Promise<{ faults: string[]; isDead: boolean }> {
  phone = fakePhone()
  server = new Server()
  phone.storage.set('session', sessionOf('li'))
  phone.answer = server.answer
  const added: string[] = []
  const outbox = await started()
  let promised = added
  await new Promise<void>((resolve) => {
    phone.dieAt(n, () => {
      promised = [...added] // what comes after this nobody was told
      resolve()
    })
    void visit(outbox, added).then(resolve)
  })
  const { isDead, storage } = phone
  if (isForgetful) storage.delete([...storage.keys()].find((key) => key.startsWith('outbox:')) ?? '')
  phone = reborn(phone)
  const again = await started()
  return { faults: wrong(again, promised, await again.flush()), isDead }
}

function wrong(outbox: Outbox, promised: string[], isSent: boolean): string[] {
  const kept = outbox.records()
  return [
    ...(isSent ? [] : ['not all is sent']),
    ...promised.filter((id) => !server.rows.has(id)).map((id) => `lost: ${id}`),
    ...promised.filter((id) => !kept.some((each) => each.id === id)).map((id) => `gone from the phone: ${id}`),
    ...kept.filter(({ id, state }) => !server.rows.has(id) || state !== 'sent').map(({ id, state }) => `${state}: ${id}`),
    ...kept.filter(({ kind, id, file }) => kind === 'photo' && (!server.bytes.has(id) || file)).map(({ id }) => `no bytes: ${id}`),
  ]
}

test('killed at any write and started again, the phone has lost nothing that it had said to be kept', async () => {
  let deaths = 0
  for (let n = 1; ; n += 1) {
    const { faults, isDead } = await faultsAfterDeathAt(n)
    expect(faults, `dead at write ${n}`).toEqual([])
    if (!isDead) break
    deaths += 1
  }
  expect(deaths).toBeGreaterThan(12)
})

test('control: a phone that forgets one record when it dies is found out', async () => {
  expect((await faultsAfterDeathAt(4, true)).faults).toContainEqual(expect.stringMatching(/^(lost|gone)/))
})

// --- answers of every kind ---

const error = (status: number, code = 'x') => ({ status, data: { code, message: 'because', details: {} } })
const each = (status: number, code: string | null = null) => ({ body }: Request) => ({
  status: 200,
  data: { answers: (body as { records: Told[] }).records.map(({ record }) => ({ ...ok(record.id), status, code, message: code && 'because' })) },
})

test.each([
  ['accepted', each(201), 'sent', true],
  ['accepted earlier', each(200), 'sent', true],
  ['one refused for its content', each(422, 'fix_impossible'), 'stuck', true],
  ['one told with other content before', each(409, 'event_reused'), 'stuck', true],
  ['one not his any more', each(404, 'not_found'), 'stuck', true],
  ['one that failed at the server', each(500, 'internal'), 'kept', false],
  ['one too many', each(429, 'too_many'), 'kept', false],
  ['nobody knows him', () => error(401, 'token_missing'), 'kept', false],
  ['not in this role', () => error(403, 'permission_denied'), 'kept', false],
  ['too many requests', () => error(429), 'kept', false],
  ['too busy', () => error(503), 'kept', false],
  ['a machine in front', () => ({ status: 502, data: '<html>' }), 'kept', false],
  ['a network’s own page', () => ({ status: 200, data: '<html>' }), 'kept', false],
  ['half an answer', () => ({ status: 200, data: '{"answers":[{"id"' }), 'kept', false],
  ['an answer without its answers', () => ({ status: 200, data: {} }), 'kept', false],
  ['an answer for another record', () => ({ status: 200, data: { answers: [ok('other')] } }), 'kept', false],
  ['no answer', () => 'lost' as const, 'kept', false],
  ['a record that is malformed as a whole', () => error(422, 'malformed'), 'stuck', true],
  ['a record that is too large', () => ({ status: 413, data: '<html>' }), 'stuck', true],
])('%s', async (_, answer, state, isAll) => {
  phone.answer = answer
  const outbox = await started()
  const { id } = outbox.add('clock_in', tapAt(), { visitId: 'v1' })

  expect(await outbox.flush()).toBe(isAll)

  expect(outbox.find(id)?.state).toBe(state)
  expect(phone.requests.length).toBeLessThan(4)
  phone.answer = server.answer
  expect(await outbox.sendAgain(state === 'stuck' ? [id] : [])).toBe(true)
  expect(outbox.find(id)?.state).toBe('sent')
})

test('answers that are fewer or in another order are taken for their own records', async () => {
  const outbox = await started()
  const ids = [1, 2, 3].map((minute) => outbox.add('item', tapAt(minute), { visitId: 'v1' }).id)
  phone.answer = () => ({ status: 200, data: { answers: [ids[2], ids[0]].map((id) => ok(id ?? '')) } })

  expect(await outbox.flush()).toBe(false)

  expect(ids.map((id) => outbox.find(id)?.state)).toEqual(['sent', 'kept', 'sent'])
})

test('of many records in a request that is refused as a whole, only the one at fault stays', async () => {
  const outbox = await started()
  const ids = Array.from({ length: 9 }, () => outbox.add('item', tapAt(), { visitId: 'v1' }).id)
  const isBad = ({ body }: Request) => (body as { records: Told[] }).records.some(({ record }) => record.id === ids[4])
  phone.answer = (request) => (isBad(request) ? error(422) : server.answer(request))

  expect(await outbox.flush()).toBe(true)

  expect(ids.filter((id) => outbox.find(id)?.state === 'stuck')).toEqual([ids[4]])
  expect(server.rows.size).toBe(8)
})

test('an old token in mid-visit is renewed, and the record goes with the new one', async () => {
  phone.answer = (request) => {
    if (request.url.endsWith('/refresh')) return { status: 200, data: { ...sessionOf('li'), access_token: 'new' } }
    return request.header['Authorization'] === 'Bearer new' ? server.answer(request) : error(401, 'token_expired')
  }
  const outbox = await started()
  outbox.add('clock_out', tapAt(), { visitId: 'v1' })

  expect(await outbox.flush()).toBe(true)
  expect(server.rows.size).toBe(1)
})

test('what is recorded when nobody is logged in any more is sent when the same person is back', async () => {
  const session = await import('../app/lib/session')
  await session.logOut()
  const outbox = await import('../app/lib/outbox')
  const { id } = outbox.add('clock_out', tapAt(), { visitId: 'v1' })
  expect(outbox.waitingOfAll()).toBe(1)
  phone.storage.set('session', sessionOf('li'))

  expect(await (await started()).flush()).toBe(true)
  expect([...server.rows.keys()]).toEqual([id])
})

test('what was made in another role waits for that role, and keeps nothing else waiting', async () => {
  const outbox = await started()
  const first = outbox.add('clock_in', tapAt(), { visitId: 'v1' }).id
  const guardian = { id: 'grant-2', role: 'guardian' }
  phone.storage.set('session', { ...sessionOf('li'), grant: guardian, grants: [guardian, { id: 'grant-1', role: 'carer' }] })
  const second = outbox.add('confirmation', tapAt(), { visitId: 'v2' }).id

  expect(await outbox.flush()).toBe(true)

  expect([...server.rows.keys()]).toEqual([second])
  expect(outbox.waiting().map(({ id }) => id)).toEqual([first])
  phone.storage.set('session', { ...sessionOf('li'), grant: guardian, grants: [guardian] })
  await outbox.flush()
  expect(server.rows.has(first), 'a role that is gone').toBe(true)
})

// --- photos ---

test.each([
  ['its file is gone', undefined, server200, 'stuck'],
  ['its bytes are refused', 5, () => error(422, 'photo_unreadable'), 'stuck'],
  ['the store is busy', 5, () => error(503), 'sent'],
  ['the server does not know it', 5, () => error(404, 'not_found'), 'sent'],
])('a photo of which %s holds up no other', async (_, size, answer, state) => {
  const outbox = await started()
  if (size) phone.files.set('file:1', new ArrayBuffer(size))
  phone.files.set('file:2', new ArrayBuffer(9))
  const bad = outbox.add('photo', tapAt(1), { file: 'file:1' }).id
  const good = outbox.add('photo', tapAt(2), { file: 'file:2' }).id
  phone.answer = (request) => (request.url.includes(`${bad}/content`) ? answer() : server.answer(request))

  expect(await outbox.flush()).toBe(state === 'stuck')

  expect([...server.bytes]).toEqual([[good, 9]])
  expect(outbox.find(good)?.file).toBeUndefined()
  expect(outbox.find(bad)?.state).toBe(state)
})
function server200() {
  return { status: 200, data: {} }
}

test('a tap made while a photo goes does not wait for the other photos', async () => {
  const outbox = await started()
  for (const file of ['file:1', 'file:2']) {
    phone.files.set(file, new ArrayBuffer(9))
    outbox.add('photo', tapAt(1), { file })
  }
  phone.answer = (request) => {
    if (request.url.endsWith('/content') && server.rows.size === 2) outbox.add('clock_out', tapAt(3), { visitId: 'v1' })
    return server.answer(request)
  }

  expect(await outbox.flush()).toBe(true)

  expect(phone.requests.map(({ url }) => (url.endsWith('/content') ? 'photo' : 'sync'))).toEqual(['sync', 'photo', 'sync', 'photo'])
})

// --- storage ---

test('on a phone that can write nothing, what was answered is not sent in circles', async () => {
  const outbox = await started()
  const { id } = outbox.add('clock_in', tapAt(), { visitId: 'v1' })
  phone.isFrozen = true

  expect(await outbox.flush()).toBe(true)

  expect(phone.requests).toHaveLength(1)
  expect(outbox.records().map((kept) => [kept.id, kept.state])).toEqual([[id, 'sent']])
  phone.isFrozen = false
  const again = await started()
  expect(await again.flush()).toBe(true)
  expect(again.find(id)?.state).toBe('sent')
  expect([...server.rows.values()]).toEqual([1])
})

test('room is made first of what is decided, then of lists, and last of what the visit needs', async () => {
  phone.storage.set('outbox:old', { id: 'old', account: 'li', kind: 'item', state: 'accepted', record: { id: 'old', occurred_at: '' } })
  for (const name of ['payouts', 'visits']) phone.storage.set(`cache:li:${name}`, {})
  phone.room = phone.storage.size
  const outbox = await started()
  const left = () => ['outbox:old', 'cache:li:payouts', 'cache:li:visits'].filter((key) => phone.storage.has(key))

  const seen = [0, 1, 2, 3].map(() => [outbox.add('item', tapAt(), { visitId: 'v1' }).saved, left().length])

  expect(seen).toEqual([[true, 2], [true, 1], [true, 0], [false, 0]])
  expect(outbox.isTight()).toBe(true)
})

// --- again and again ---

test('it tries again by itself, later each time, and at once when somebody asks', async () => {
  phone.answer = () => error(503)
  const outbox = await started()
  outbox.add('clock_in', tapAt(), { visitId: 'v1' })
  outbox.pump()
  await vi.advanceTimersByTimeAsync(0)
  const first = (outbox.nextTry() ?? 0) - Date.now()
  await vi.advanceTimersByTimeAsync(first)
  const second = (outbox.nextTry() ?? 0) - Date.now()

  expect(first).toBeGreaterThanOrEqual(4_000)
  expect(second).toBeGreaterThan(first)
  expect(phone.requests).toHaveLength(2)
  phone.answer = server.answer
  expect(await outbox.sendAgain()).toBe(true)
  await vi.advanceTimersByTimeAsync(second)
  expect(outbox.nextTry()).toBeUndefined()
  expect(phone.requests).toHaveLength(3)
})

test('three who pump at once begin one sending, and one that did not succeed counts once', async () => {
  phone.answer = () => 'lost'
  const outbox = await started()
  outbox.add('clock_in', tapAt(), { visitId: 'v1' })
  for (let time = 0; time < 3; time += 1) outbox.pump()
  await vi.advanceTimersByTimeAsync(0)

  expect(phone.requests).toHaveLength(1)
  expect((outbox.nextTry() ?? 0) - Date.now()).toBeLessThanOrEqual(6_000)
})
