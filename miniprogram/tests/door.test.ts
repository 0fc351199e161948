import { createHash } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import type { Schemas } from '../app/lib/api'
import type { Around, Visit } from '../app/lib/cache'
import type { Cards } from '../app/lib/cards'
import { checksOf, IDENTITY, isEnough, VOUCHER } from '../app/lib/checks'
import { timeOf } from '../app/lib/clock'
import { beyondPlan, chosenEnd, DEEDS, likelyEnd, nextAtHome, otherOpen, statesAfter, stopOf, tapToProve } from '../app/lib/door'
import { tellEndForgotten } from '../app/lib/door-writes'
import { checkFace } from '../app/lib/face'
import { addRating, asksRating, handedOver, ratingTerms } from '../app/lib/handed-over'
import { records, type Code, type Kept } from '../app/lib/outbox'
import { sha256 } from '../app/lib/sha256'
import { CHINESE, type StateName } from '../app/lib/states'
import { firstTapAt, itemRecords, linesOf, stageOf } from '../app/lib/visits'
import { doubtful, signsOf } from '../app/lib/vitals'
import { toGcj02 } from '../app/lib/way'
import { daysAhead, openValues, plannedText } from '../app/pages/visit/drawing'
import { fakePhone, sessionOf } from './fake-wx'

beforeEach(() => {
  fakePhone().storage.set('session', sessionOf('li'))
})

const T = Date.parse('2026-10-01T01:02:00Z') // 09:02
const visit = (more: Partial<Visit> = {}): Visit => ({
  id: 'v1', client_id: 'c1', carer_id: 'k1', agency_id: null, plan_id: 'p1', source: 'planned', state: 'planned', team_slot: 0,
  planned_from: '2026-10-01T01:00:00Z', planned_to: '2026-10-01T02:00:00Z', began_at: null, ended_at: null, ...more,
})
const before = (more: Partial<Visit> = {}) =>
  visit({ id: 'v0', client_id: 'c0', state: 'begun', planned_from: '2026-09-30T23:00:00Z', planned_to: '2026-10-01T00:00:00Z', began_at: '2026-09-30T23:01:00Z', ...more })
const kept = (kind: Kept['kind'], visitId: string, more: object = {}): Kept => ({
  id: kind, account: 'li', kind, visitId, record: { id: kind, occurred_at: '2026-10-01T01:02:00Z', ...more }, state: 'kept', tries: 0,
})
const at = (address: string) => ({ places: [{ address }] })
const homes = { c0: at('新港路 1 号 301'), c1: at('新港路 1 号 301'), c2: at('和平路 9 号') } as unknown as Cards

test.each([
  ['inside', [], false, false, ['inside']],
  ['outside', ['outside_fence'], false, false, ['outside']],
  ['none', ['no_location'], true, false, ['noLocation', 'clockWrong']],
  ['approximate', ['outside_fence', 'new_device'], false, false, ['approximate', 'newPhone']],
  ['inside', ['in_hospital', 'device_of_other'], false, false, ['inside', 'stopped', 'newPhone']],
  ['inside', ['repeated_event'], false, false, ['twice']],
  ['inside', ['repeated_event'], false, true, ['inside']],
  ['uncertain', ['client_died'], true, true, ['uncertain', 'stopped', 'clockWrong']],
] as const)('at place %s with %j the screen says %#', (place, codes, isWrong, isAgain, states) => {
  expect(statesAfter({ place, codes, became: 'sent', why: undefined }, isWrong, isAgain)).toEqual(states)
})

test('every state that has deeds has one for each of its buttons', () => {
  for (const [name, deeds] of Object.entries(DEEDS)) expect(deeds.length, name).toBe(CHINESE[name as StateName].length - 2)
})

test.each([
  [before({ client_id: 'c2' }), [], 'stillOpen'],
  [before({ client_id: 'c2', planned_from: '2026-09-30T15:00:00Z' }), [], 'forgotten'],
  [before({ client_id: 'c2', planned_from: '2026-09-30T16:00:00Z' }), [], 'stillOpen'],
  [before(), [], undefined], // the same home: a couple
  [before({ client_id: 'c2' }), [kept('stated_end', 'v0')], undefined],
  [before({ client_id: 'c2', state: 'done' }), [], undefined],
  [before({ client_id: 'c2', state: 'planned' }), [kept('clock_in', 'v0')], 'stillOpen'],
] as const)('another visit is open: %#', (other, records, state) => {
  expect(otherOpen(visit(), [visit(), other], records, homes, T)?.state).toBe(state)
})

test.each([
  [before(), [], '08:00'],
  [before({ planned_to: '2026-10-01T03:00:00Z' }), [], '08:50'],
  [before({ planned_to: '2026-10-01T03:00:00Z', began_at: '2026-10-01T01:00:00Z' }), [], '09:01'],
  [before({ planned_to: '2026-10-01T03:00:00Z', began_at: '2026-10-01T01:02:00Z' }), [], '09:02'],
  [before({ began_at: null }), [kept('clock_in', 'v0', { occurred_at: '2026-10-01T00:30:00Z' })], '08:31'], // begun without a network
])('she most likely left %#', (of, records, end) => {
  expect(timeOf(likelyEnd(of, records, T))).toBe(end)
})

test.each([
  ['2026-09-30T23:00:00Z', '10月1日'],
  ['2026-09-30T15:00:00Z', '昨天'],
  ['2026-09-29T15:00:00Z', '9月29日'],
])('of a visit that was not left, planned %s, the day is %s; it began when it was tapped here', (planned_from, day) => {
  const offline = before({ planned_from, began_at: null })
  const tapped = kept('clock_in', 'v0', { occurred_at: '2026-09-29T23:05:00Z' })
  expect(openValues(offline, [tapped], T)).toEqual({ day, time: '07:05', end: '08:00' })
})

test.each([
  [null, [], null],
  [null, ['01:02'], '2026-10-01T01:02:00Z'],
  ['2026-10-01T00:58:00+00:00', ['01:02'], '2026-10-01T00:58:00+00:00'], // tapped on another phone before
  ['2026-10-01T01:03:00Z', ['01:02', '01:05'], '2026-10-01T01:02:00Z'],
])('the first tap %#', (began_at, times, first) => {
  const records = times.map((time) => ({ ...kept('clock_in', 'v1', { occurred_at: `2026-10-01T${time}:00Z` }), id: time }))
  expect(firstTapAt(visit({ began_at }), records)).toBe(first)
})

const FIX = { accuracy_m: 12 }
const answered = (record: object, ...exceptions: Code[]): Kept => ({ ...kept('clock_in', 'v1', record), state: 'sent', answer: { status: 201, code: null, message: null, exceptions } })
test.each([
  ['nothing tapped here', [], undefined],
  ['no answer yet', [kept('clock_in', 'v1', { fix: null })], 'clock_in'],
  ['no position', [answered({ fix: null }, 'no_location')], 'clock_in'],
  ['not a sure one', [answered({ fix: FIX }, 'uncertain_location')], 'clock_in'],
  ['inside', [answered({ fix: FIX })], undefined],
  ['refused', [{ ...kept('clock_in', 'v1'), state: 'stuck' as const }], undefined],
  ['scanned', [kept('clock_in', 'v1', { fix: null }), kept('tag_scan', 'v1', { event_id: 'clock_in' })], undefined],
  ['scanned for another tap', [kept('clock_in', 'v1', { fix: null }), kept('tag_scan', 'v1', { event_id: 'x' })], 'clock_in'],
  ['taken back', [kept('clock_in', 'v1', { fix: null }), kept('away_word', 'v1', { event_id: 'clock_in', case: 'not_there_yet' })], undefined],
  ['of another visit', [kept('clock_in', 'v2', { fix: null })], undefined],
])('the home tag is asked for, %s', (_, records, id) => {
  expect(tapToProve('v1', records)).toBe(id)
})

test('a chosen end is of the visit’s day and never ahead', () => {
  expect(timeOf(chosenEnd(before(), '08:10', T))).toBe('08:10')
  expect(chosenEnd(visit(), '23:00', T)).toBe(T)
})

test.each([
  [{ client_id: 'c0', planned_from: '2026-10-01T02:00:00Z' }, [], true],
  [{ client_id: 'c0', planned_from: '2026-10-01T04:00:00Z' }, [], true],
  [{ client_id: 'c0', planned_from: '2026-10-01T04:00:01Z' }, [], false],
  [{ client_id: 'c1', planned_from: '2026-10-01T02:00:00Z' }, [], false],
  [{ client_id: 'c2', planned_from: '2026-10-01T02:00:00Z' }, [], false],
  [{ client_id: 'c0', planned_from: '2026-10-01T02:00:00Z' }, [kept('clock_in', 'v2')], false],
])('the next visit of a couple %#', (more, records, isFound) => {
  const other = visit({ id: 'v2', ...more })
  expect(nextAtHome(visit(), [visit(), other], records, homes)).toEqual(isFound ? other : undefined)
})

test.each([
  [['in_hospital'], { day: '2026-09-20', reason: 'hospital' }],
  [['entitlement_suspended'], { day: '2026-09-25', reason: 'suspended' }],
  [['not_entitled'], { day: '2026-09-28', reason: 'ended' }],
  [['client_died', 'in_hospital'], { day: '2026-10-01', reason: 'died' }],
] as [Code[], object][])('%j stopped the benefit', (codes, told) => {
  const of = {
    stays: [{ kind: 'hospital', admitted_on: '2026-09-20', discharged_on: null }, { kind: 'travel', admitted_on: '2026-09-01', discharged_on: '2026-09-02' }],
    suspensions: [{ valid_from: '2026-09-25', valid_to: null }],
    entitlements: [{ valid_from: '2026-01-01', valid_to: '2026-09-28' }],
  } as unknown as Schemas['ClientDetail']
  expect(stopOf(codes, of, '2026-10-01')).toEqual(told)
  expect(stopOf(codes, undefined, '2026-10-01').day).toBe('2026-10-01')
})

const about = {
  clients: {},
  plans: { p1: { items: [{ item_code: 'a', minutes: 10 }] } },
  items: {
    a: { code: 'a', name: '洗头', minutes: 10, is_active: true, staff_kinds: ['carer'] },
    b: { code: 'b', name: '剪指甲', minutes: 15, is_active: true, staff_kinds: ['carer', 'family'] },
    n: { code: 'n', name: '鼻饲', minutes: 15, is_active: true, staff_kinds: ['nurse'] },
    o: { code: 'o', name: '旧的', minutes: 15, is_active: false, staff_kinds: ['carer'] },
  },
} as unknown as Around

test('what is not planned may be added with consent, and is told with it', () => {
  expect(beyondPlan(visit(), about).map(({ code }) => code)).toEqual(['b'])
  const lines = linesOf(visit(), about, { b: { outcome: 'extra', reason: null, price_fen: 3000 }, a: { outcome: 'refused', reason: 'declined' } }, [])
  expect(itemRecords(lines, 'T')).toEqual([
    { item_code: 'a', outcome: 'refused', occurred_at: 'T', reason: 'declined' },
    { item_code: 'b', outcome: 'extra', occurred_at: 'T', minutes: 15, consented: true, price_fen: 3000 },
  ])
  expect(itemRecords(linesOf(visit(), about, { b: { outcome: 'extra', reason: null } }, []), 'T')[0]).not.toHaveProperty('price_fen')
  const recorded = kept('item', 'v1', { item_code: 'b', outcome: 'extra', price_fen: 0 })
  expect(linesOf(visit(), about, {}, [recorded]).map(({ outcome, price_fen }) => [outcome, price_fen])).toEqual([['open', undefined], ['extra', 0]])
  expect(linesOf(visit(), about, { b: { outcome: 'open', reason: null } }, [])).toHaveLength(1)
})

test('a stated end ends the visit on this phone', () => {
  expect(stageOf(visit({ state: 'begun' }), [kept('stated_end', 'v1')])).toBe('done')
})

test.each([
  [{}, false, { reason: 'was_absent', handed_over: true }],
  [{ service: null, times: null }, true, { reason: 'was_absent', handed_over: true }],
  [{ service: true, times: false, items: null }, false, { service: true, times: false, signature: 'none', handed_over: true }],
  [{ service: true, times: true, items: true }, true, { service: true, times: true, items: true, signature: 'signed', handed_over: true }],
])('what was said on the handed-over phone %#', (answers, isSigned, record) => {
  expect(handedOver(answers, isSigned, 'T')).toEqual({ occurred_at: 'T', ...record })
})

test('checks are told with a reason wherever one is asked for', () => {
  expect(checksOf({ identity: 0, isToldRisks: true })).toEqual({ identity: 'known_person', risks_told: true })
  for (const [place, { identity }] of IDENTITY.entries()) expect('identity_reason' in checksOf({ identity: place })).toBe(identity === 'not_checked')
  for (const [place, { voucher }] of VOUCHER.entries()) expect('voucher_reason' in checksOf({ voucher: place })).toBe(voucher === 'not_shown')
})

test.each([[{}, false], [{ identity: 0 }, true], [{ identity: 2 }, false], [{ identity: 2, voucher: 2 }, true], [{ identity: 2, voucher: 3 }, false], [{ identity: 3 }, true]])(
  'checks %j are enough: %s',
  (chosen, isOne) => {
    expect(isEnough(chosen)).toBe(isOne)
  },
)

test.each([
  [{}, []],
  [{ temperature: '36.5', upper: '130', lower: '80', pulse: '72' }, []],
  [{ temperature: '36，5' }, []],
  [{ temperature: '365' }, ['temperature']],
  [{ temperature: '30' }, []],
  [{ temperature: '29.9' }, ['temperature']],
  [{ pulse: 'x' }, ['pulse']],
  [{ upper: '130' }, ['lower']],
  [{ lower: '80' }, ['upper']],
  [{ upper: '80', lower: '80' }, ['upper', 'lower']],
])('signs %j are doubtful at %j', (typed, names) => {
  expect(doubtful(typed)).toEqual(names)
})

test('signs are told in whole numbers, and none when none was taken', () => {
  expect(signsOf({ temperature: ' 36，5', upper: '130', lower: '80', pulse: '', glucose: '5.6', oxygen: '97' })).toEqual({
    temperature_tenths: 365, systolic: 130, diastolic: 80, glucose_tenths: 56, oxygen: 97,
  })
  expect(signsOf({ pulse: ' ' })).toBeUndefined()
})

test.each([0, 1, 55, 56, 63, 64, 65, 100_003])('the digest of %i bytes is that of others', (size) => {
  const bytes = Uint8Array.from({ length: size }, (_, place) => (place * 7 + 3) % 256)
  expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'))
})

test.each([
  ['gcj02', 39.0916, 117.1642],
  ['wgs84', 39.092676, 117.170564],
  ['bd09', 39.085744, 117.157673],
] as const)('a place in %s is shown in GCJ-02, as the server would', (system, north, east) => {
  const shown = toGcj02({ latitude: 39.0916, longitude: 117.1642, system })
  expect(shown.latitude).toBeCloseTo(north, 5)
  expect(shown.longitude).toBeCloseTo(east, 5)
})

test('without WeChat’s own check a face is never passed', async () => {
  expect(await checkFace('v1')).toBe('not_available')
})
test.each([[true, 'matched', 'matched'], [false, 'matched', 'not_available'], [true, 'unavailable', 'not_available']] as const)(
  'a face check gone through %s and found %s is %s',
  async (isThrough, state, told) => {
    const phone = fakePhone()
    phone.storage.set('session', sessionOf('li'))
    phone.answer = ({ url }) => ({ status: 200, data: url.endsWith('/result') ? { state } : { id: 'f', token: 'verify-1', state: 'waiting' } })
    const verify = ({ success, fail }: { success: () => void; fail: () => void }) => (isThrough ? success() : fail())
    Object.assign((globalThis as unknown as { wx: object }).wx, { requestFacialVerify: verify })
    expect(await checkFace('v1')).toBe(told)
  },
)

test('who does not remember when she left says so, and the visit asks her no more', () => {
  tellEndForgotten('v')

  const kept = records().find(({ kind }) => kind === 'stated_end')
  expect([kept?.kind, kept?.visitId, kept?.record['ended_at'], kept?.record['reason']]).toEqual(['stated_end', 'v', null, 'not_remembered'])
  expect(stageOf({ id: 'v', state: 'begun' } as Visit, records())).toBe('done')
})

const TERMS = { is_asked: true, public_key: '8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f' }
const rated = (state: string, visitId = 'v') => ({ kind: 'rating', visitId, state }) as Kept

test.each([
  ['over, where visits are rated', TERMS, 'done', [], true],
  ['over, rated on this phone before', TERMS, 'done', [rated('kept')], false],
  ['over, another was rated', TERMS, 'done', [rated('kept', 'w')], true],
  ['over, what was said was not taken', TERMS, 'done', [rated('stuck')], true],
  ['not over', TERMS, 'begun', [], false],
  ['over, where visits are not rated', { ...TERMS, is_asked: false }, 'done', [], false],
  ['over, and nobody knows whether visits are rated', undefined, 'done', [], false],
] as const)('a client may rate a visit that is %s: %#', (_, terms, stage, kept, asks) => {
  expect(asksRating(terms, stage, 'v', kept)).toBe(asks)
})

test('a rating lies on the phone as a box that says nothing, and the key is asked for once a day', async () => {
  const phone = fakePhone()
  phone.storage.set('session', sessionOf('a'))
  phone.answer = () => ({ status: 200, data: TERMS })

  expect([await ratingTerms(), await ratingTerms()]).toEqual([TERMS, TERMS])
  phone.isOnline = false
  expect(await addRating('v', 1, ['asked_for_money'], TERMS)).toBe(true)

  expect(phone.requests.map(({ url }) => url)).toEqual(['/api/v1/ratings/handing-over'])
  const kept = records().find(({ kind }) => kind === 'rating')
  expect([kept?.kind, kept?.visitId, Object.keys(kept?.record ?? {}).sort()]).toEqual(['rating', 'v', ['box', 'id', 'occurred_at']])
  expect(kept?.record['box']).toMatch(/^[0-9a-f]{352}$/)
  expect(JSON.stringify([...phone.storage])).not.toMatch(/score|asked_for_money/)
})

test.each([
  ['of today', '2026-10-01T15:30:00Z', 0, '09:00–10:00'], // 23:30
  ['of tomorrow', '2026-09-30T15:59:00Z', 1, '明天 09:00–10:00'], // 23:59 of the day before
  ['of a day to come', '2026-09-29T01:00:00Z', 2, '10月1日 周四 09:00–10:00'],
  ['of yesterday', '2026-10-02T01:00:00Z', 0, '09:00–10:00'],
])('a visit %s says its day where it is not come yet', (_, at, ahead, text) => {
  expect([daysAhead(visit(), Date.parse(at)), plannedText(visit(), Date.parse(at))]).toEqual([ahead, text])
})

test('a visit that nobody planned is of no other day', () => {
  expect([daysAhead(visit({ planned_from: null, planned_to: null }), T), plannedText(visit({ planned_from: null, planned_to: null }), T)]).toEqual([0, ''])
})
