import { beforeEach, expect, test } from 'vitest'
import type { Around, Visit } from '../app/lib/cache'
import { merged } from '../app/lib/cache'
import { dayOf, learn, minutesWrong, partsOf, skewMs, timeOf } from '../app/lib/clock'
import { accuracy, placeOf } from '../app/lib/geo'
import { wayTo } from '../app/lib/permissions'
import { newId } from '../app/lib/ids'
import type { Kept } from '../app/lib/outbox'
import type { PhoneFix } from '../app/lib/platform'
import { CHINESE, told, type StateName } from '../app/lib/states'
import { ENGLISH } from '../app/lib/states-en'
import { fill } from '../app/lib/texts'
import { isTakenBack, itemRecords, linesOf, minutesEarly, stageOf, tappedAt } from '../app/lib/visits'
import { fakePhone } from './fake-wx'

beforeEach(() => {
  fakePhone()
})

const fix = (accuracy_m: number | null): PhoneFix => ({
  latitude: 39, longitude: 117, accuracy_m, fixed_at: '', system: 'gcj02', source: 'wechat',
})

test.each([
  [[], fix(12), 'inside'],
  [['simulated_location', 'late_sync'], fix(12), 'inside'],
  [['uncertain_location'], fix(85), 'uncertain'],
  [['stale_fix'], fix(12), 'uncertain'],
  [['outside_fence'], fix(12), 'outside'],
  [['outside_fence'], fix(1000), 'approximate'],
  [['uncertain_location'], fix(999), 'uncertain'],
  [['no_location'], null, 'none'],
] as const)('exceptions %j are the place %s', (codes, at, place) => {
  expect(placeOf(codes, at)).toBe(place)
})

test.each([
  [[], fix(12), true, 'approximate'],
  [['uncertain_location'], fix(null), true, 'approximate'],
  [['no_location'], null, true, 'none'],
  [['home_unknown'], null, true, 'uncertain'],
  [['uncertain_location'], fix(null), false, 'uncertain'],
] as const)('a phone that says itself how rough it is: %j, %#', (codes, at, isRough, place) => {
  expect(placeOf(codes, at, isRough)).toBe(place)
})

test.each([
  [false, false, false, false, 'own'],
  [true, false, false, false, 'phone'],
  [true, true, true, true, 'phone'], // WeChat's permissions are of no use while the phone's are off
  [false, true, false, false, 'wechat'],
  [false, false, true, false, 'wechat'],
  [false, false, false, true, 'wechat'], // an Android phone does not say that it is rough
] as const)('phone off %s, WeChat denied %s, rough %s, about %s: the switch is that of %s', (isPhoneOff, isWeChatDenied, isRough, isAbout, way) => {
  expect(wayTo({ isPhoneOff, isWeChatDenied, isRough }, isAbout)).toBe(way)
})

test.each([[fix(11.2), 12], [fix(12), 12], [fix(null), undefined], [null, undefined]])('accuracy %#', (at, metres) => {
  expect(accuracy(at)).toBe(metres)
})

test('ids are UUIDv7 of their instant and rise within a millisecond', () => {
  const ids = Array.from({ length: 300 }, () => newId(1_790_000_000_123, () => 0.25))
  expect(ids[0]).toMatch(/^01a0[0-9a-f]{4}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(parseInt((ids[0] ?? '').replace('-', '').slice(0, 12), 16)).toBe(1_790_000_000_123)
  expect([...ids].sort()).toEqual(ids)
})

test.each([[299_999, 0], [300_000, 5], [-720_000, -12], [0, 0]])('a skew of %i ms is %i minutes', (skew, minutes) => {
  expect(minutesWrong(skew)).toBe(minutes)
})

test('the skew is learned from the middle of a request', () => {
  learn('Thu, 01 Oct 2026 01:00:00 GMT', Date.parse('2026-10-01T01:10:00.000Z'), Date.parse('2026-10-01T01:10:01.000Z'))
  expect(skewMs()).toBe(600_000)
  learn('no date', 0, 0)
  expect(skewMs()).toBe(600_000)
})

test('days and times are those of Beijing', () => {
  expect(dayOf(Date.parse('2026-10-01T15:59:59Z'))).toBe('2026-10-01')
  expect(dayOf(Date.parse('2026-10-01T16:00:00Z'))).toBe('2026-10-02')
  expect(timeOf('2026-10-01T01:02:03Z')).toBe('09:02')
  expect(partsOf('2026-10-01')).toEqual({ month: 10, day: 1, weekday: 4 })
})

const visit = (more: Partial<Visit> = {}): Visit => ({
  id: 'v1', client_id: 'c1', carer_id: 'k1', agency_id: null, plan_id: 'p1', source: 'planned', state: 'planned', team_slot: 0,
  planned_from: '2026-10-01T01:00:00Z', planned_to: '2026-10-01T02:00:00Z', began_at: null, ended_at: null, ...more,
})
const kept = (kind: Kept['kind'], more: Partial<Kept> = {}): Kept => ({
  id: kind, account: 'li', kind, visitId: 'v1', record: { id: kind, occurred_at: '2026-10-01T01:02:00Z' }, state: 'kept', tries: 0, ...more,
})

test.each([
  [visit(), [], 'planned'],
  [visit(), [kept('clock_in')], 'begun'],
  [visit(), [kept('clock_in', { visitId: 'other' })], 'planned'],
  [visit(), [kept('clock_in', { state: 'stuck' })], 'planned'],
  [visit({ state: 'begun' }), [], 'begun'],
  [visit({ state: 'begun' }), [kept('clock_out')], 'done'],
  [visit({ state: 'done' }), [], 'done'],
  [visit({ state: 'attempted' }), [], 'planned'],
  [visit({ state: 'missed' }), [kept('clock_in')], 'off'],
  [visit({ state: 'cancelled' }), [], 'off'],
] as const)('the stage of visit %# is %s', (of, records, stage) => {
  expect(stageOf(of, records)).toBe(stage)
})

const tapped = (id: string) => kept('clock_in', { id, record: { id, occurred_at: `${id}Z` } })
const early = (id: string, place = 'not_there_yet') => kept('away_word', { record: { id: 'w', occurred_at: '', event_id: id, case: place } })

test.each([
  [[], false, null],
  [[tapped('09:00')], false, '09:00Z'],
  [[tapped('09:00'), early('09:00', 'at_door')], false, '09:00Z'],
  [[tapped('09:00'), early('09:00')], true, '09:00Z'],
  [[tapped('09:00'), early('09:00'), tapped('09:10')], false, '09:10Z'],
  [[tapped('09:00'), early('09:00'), tapped('09:10'), early('09:10')], true, '09:10Z'],
  [[tapped('09:00'), tapped('09:10')], false, '09:00Z'],
])('who was not there yet has to clock in again, and begins then %#', (records, isBack, at) => {
  expect([isTakenBack('v1', records), tappedAt(visit(), records, 'clock_in')]).toEqual([isBack, at])
})

const about = {
  clients: {},
  plans: { p1: { items: [{ item_code: 'a', minutes: 10 }, { item_code: 'b', minutes: 20 }, { item_code: 'c', minutes: 5 }] } },
  items: { a: { name: '洗头' }, b: { name: '喂饭' } },
} as unknown as Around

test('items are the plan’s, with what was marked or recorded, and only those are told', () => {
  const recorded = kept('item', { record: { id: 'i', occurred_at: '', item_code: 'b', outcome: 'refused', reason: 'declined' } })
  const lines = linesOf(visit(), about, { a: { outcome: 'done', reason: null } }, [recorded])

  expect(lines.map(({ name, outcome }) => [name, outcome])).toEqual([['洗头', 'done'], ['喂饭', 'refused'], ['c', 'open']])
  expect(itemRecords(lines, 'T')).toEqual([
    { item_code: 'a', outcome: 'done', occurred_at: 'T', minutes: 10 },
    { item_code: 'b', outcome: 'refused', occurred_at: 'T', reason: 'declined' },
  ])
})

test.each([['2026-10-01T01:42:00Z', 18], ['2026-10-01T02:00:00Z', 0], ['2026-10-01T03:00:00Z', 0]])('at %s it is %i minutes early', (at, minutes) => {
  expect(minutesEarly(visit(), Date.parse(at))).toBe(minutes)
})

test('lists of visits become one, in order of time', () => {
  const later = visit({ id: 'v2', planned_from: '2026-10-01T05:00:00Z' })
  expect(merged([later, visit()], [visit({ state: 'done' })]).map(({ id, state }) => [id, state])).toEqual([['v1', 'done'], ['v2', 'planned']])
})

test('every state has both languages with the same values, short titles and a text', () => {
  const holes = (texts: readonly string[]) => [...new Set(texts.join(' ').match(/\{\w+\}/g) ?? [])].sort()
  for (const name of Object.keys(CHINESE) as StateName[]) {
    const [title = '', body = ''] = CHINESE[name]
    expect(title.replace(/\{\w+\}/g, '王秀英').length, name).toBeLessThanOrEqual(14)
    expect(body, name).not.toBe('')
    expect(holes(ENGLISH[name]), name).toEqual(holes(CHINESE[name]))
    expect(ENGLISH[name].length, name).toBe(CHINESE[name].length)
  }
  expect(told('inside', { time: '9:02', name: '王秀英' })).toMatchObject({ title: '签到好了 9:02', body: '您在王秀英家，位置没问题。' })
})

test('a value that is missing is said', () => {
  expect(() => fill('{a} {b}', { a: 1 })).toThrow('{b}')
})
