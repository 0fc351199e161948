import { createHash } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import type { Schemas } from '../app/lib/api'
import type { Around, Visit } from '../app/lib/cache'
import type { Cards } from '../app/lib/cards'
import { checksOf, IDENTITY, isEnough, VOUCHER } from '../app/lib/checks'
import { timeOf } from '../app/lib/clock'
import { beyondPlan, chosenEnd, DEEDS, likelyEnd, nextAtHome, otherOpen, statesAfter, stopOf } from '../app/lib/door'
import { checkFace } from '../app/lib/face'
import { handedOver } from '../app/lib/handed-over'
import type { Code, Kept } from '../app/lib/outbox'
import { sha256 } from '../app/lib/sha256'
import { CHINESE, type StateName } from '../app/lib/states'
import { itemRecords, linesOf, stageOf } from '../app/lib/visits'
import { doubtful, signsOf } from '../app/lib/vitals'
import { toGcj02 } from '../app/lib/way'
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
  [undefined, [], false, false, ['offline']],
  ['approximate', ['outside_fence', 'new_device'], false, false, ['approximate', 'newPhone']],
  ['inside', ['in_hospital', 'device_of_other'], false, false, ['inside', 'stopped', 'newPhone']],
  ['inside', ['repeated_event'], false, false, ['twice']],
  ['inside', ['repeated_event'], false, true, ['inside']],
  ['uncertain', ['client_died'], true, true, ['uncertain', 'stopped', 'clockWrong']],
] as const)('at place %s with %j the screen says %#', (place, codes, isWrong, isAgain, states) => {
  expect(statesAfter({ place, codes }, isWrong, isAgain)).toEqual(states)
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
  [before(), T, '08:00'],
  [before({ planned_to: '2026-10-01T03:00:00Z' }), T, '08:50'],
  [before({ planned_to: '2026-10-01T03:00:00Z', began_at: '2026-10-01T01:00:00Z' }), T, '09:01'],
  [before({ planned_to: '2026-10-01T03:00:00Z', began_at: '2026-10-01T01:02:00Z' }), T, '09:02'],
])('she most likely left %#', (of, now, end) => {
  expect(timeOf(likelyEnd(of, now))).toBe(end)
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
