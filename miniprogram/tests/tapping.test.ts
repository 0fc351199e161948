import { beforeEach, expect, test, vi } from 'vitest'
import type { PhoneFix } from '../app/lib/platform'
import { fakePhone, reborn, sessionOf, type FakePhone } from './fake-wx'

let phone: FakePhone
const AT = Date.parse('2026-10-01T01:02:00Z')

async function started() {
  vi.resetModules()
  const [tapping, outbox, writes] = await Promise.all([
    import('../app/lib/tapping'), import('../app/lib/outbox'), import('../app/lib/door-writes'),
  ])
  return { tapping, outbox, writes }
}

beforeEach(() => {
  phone = fakePhone()
  phone.storage.set('session', sessionOf('li'))
})

test('a phone that dies while it looks for the position has the tap, of the moment of the tap, once', async () => {
  const before = await started()
  before.tapping.beginTap('clock_in', 'v1', AT)
  phone = reborn(phone)
  const { tapping, outbox } = await started()

  tapping.recoverTaps()
  tapping.recoverTaps()

  expect(outbox.records().map(({ kind, visitId, record }) => [kind, visitId, record.occurred_at, record['fix']])).toEqual([
    ['clock_in', 'v1', '2026-10-01T01:02:00.000Z', null],
  ])
})

test('a tap that was recorded is not recovered, and keeps its position, wherever the phone dies', async () => {
  const before = await started()
  before.tapping.beginTap('clock_in', 'v1', AT)
  const fix = { latitude: 39, longitude: 117 }
  phone.dieAt(2, () => undefined) // after the record, before the mark of the tap is gone
  const { id } = before.tapping.addTap('clock_in', 'v1', { occurred_at: '2026-10-01T01:02:00.000Z', fix })
  expect(phone.isDead).toBe(true)
  phone = reborn(phone)
  const { tapping, outbox } = await started()

  tapping.recoverTaps()

  expect(outbox.records().map(({ id: own, record }) => [own, record['fix']])).toEqual([[id, fix]])
  expect(phone.storage.has('tapping:v1')).toBe(false)
})

test('an in-tap under way is none of an out-tap', async () => {
  const { tapping, outbox } = await started()
  tapping.beginTap('clock_in', 'v1', AT)
  tapping.addTap('clock_out', 'v1', { occurred_at: '2026-10-01T02:00:00.000Z', fix: null })

  expect(outbox.records().map(({ kind }) => kind)).toEqual(['clock_out'])
})

test.each([1, 2, 3])('a family carer’s tap is kept before its position, and is one record wherever the phone dies (write %i)', async (write) => {
  const before = await started()
  const tap = { id: 'tap-1', kind: 'in' as const, client_id: 'c1', occurred_at: '2026-10-01T12:00:00.000Z' }
  before.tapping.beginDayTap(tap)
  phone.dieAt(write, () => undefined) // with the record, with the mark of the tap, or later
  before.tapping.addDayTap(tap, null)
  phone = reborn(phone)
  const { tapping, outbox } = await started()

  tapping.recoverTaps()
  tapping.recoverTaps()

  expect(outbox.records().map(({ kind, visitId, record }) => ({ of: kind, visitId, record }))).toEqual([{ of: 'clock_event', visitId: null, record: { ...tap, fix: null } }])
  expect([...phone.storage.keys()].filter((key) => key.startsWith('tapping:'))).toEqual([])
})

test('how far it was comes with the answer, and what is told of the tap names it', async () => {
  const { tapping, outbox, writes } = await started()
  phone.answer = ({ body }) => {
    const { records } = body as { records: { record: { id: string } }[] }
    const answer = { status: 201, code: null, message: null, details: {}, exceptions: ['outside_fence'], verdict: 'outside', distance_m: 620 }
    return { status: 200, data: { answers: records.map(({ record }) => ({ ...answer, id: record.id })) } }
  }

  const tapped = await tapping.tap('clock_in', 'v1', AT, { latitude: 39, longitude: 117, accuracy_m: 12 } as PhoneFix)
  writes.tellPlace('v1', tapped.id, 'at_door')
  writes.tellTag('v1', tapped.id, 'AH1')

  expect([tapped.place, tapped.away, tapped.became]).toEqual(['outside', 620, 'sent'])
  expect(phone.requests.filter(({ url }) => url !== '/api/v1/sync')).toEqual([])
  expect(outbox.records().map(({ kind, visitId, record }) => [kind, visitId, record['event_id'], record['case'] ?? record['tag']])).toEqual([
    ['clock_in', 'v1', undefined, undefined],
    ['away_word', 'v1', tapped.id, 'at_door'],
    ['tag_scan', 'v1', tapped.id, 'AH1'],
  ])
})

const line = (code: string, outcome: 'done' | 'refused' = 'done') => ({ code, name: code, minutes: 5, outcome, reason: null })

test('items are recorded once when the phone dies between them, and again when one was changed', async () => {
  const { writes } = await started()
  phone.dieAt(2, () => undefined)
  writes.addItems('v1', [line('a'), line('b')], AT)
  phone = reborn(phone)
  const again = await started()

  again.writes.addItems('v1', [line('a'), line('b')], AT + 60_000)
  again.writes.addItems('v1', [line('a', 'refused')], AT + 120_000)

  const items = again.outbox.records().map(({ record }) => `${String(record['item_code'])} ${String(record['outcome'])}`)
  expect(items.sort()).toEqual(['a done', 'a refused', 'b done'])
})

test('ticks stay on the screen when there is no room for them', async () => {
  const { writes } = await started()
  phone.isFrozen = true

  writes.setMark('v1', 'a', { outcome: 'done', reason: null })
  writes.setMark('v1', 'b', { outcome: 'done', reason: null })

  expect(Object.keys(writes.marksOf('v1'))).toEqual(['a', 'b'])
})
