import { beforeEach, expect, test } from 'vitest'
import type { Visit } from '../app/lib/cache'
import { agreementOn, chosenOf, extentOf, may, type ClientDetail } from '../app/lib/cared'
import { draftOf, keepDraft, toldOf } from '../app/lib/complaining'
import { asksWhy, coming, endedAt, isRatingComplete, nextQuestion, outcomeOf, progress, saidOf, statement, toConfirm, type Answers } from '../app/lib/confirming'
import { countedText } from '../app/lib/guardian-visits'
import { fenOf, lastDayOf, monthOf, totalOf, yuanOf, type Service } from '../app/lib/months'
import type { Kept } from '../app/lib/outbox'
import { changesOf, plansNow, standingOf, type Plan } from '../app/lib/papers'
import { receiptText, sealedOf, type Receipt } from '../app/lib/receipts'
import { tellable, type Notice } from '../app/lib/telling'
import { fakePhone } from './fake-wx'

beforeEach(() => {
  fakePhone()
})

const AT = Date.parse('2026-10-01T20:00:00+08:00')
const HOUR = 3_600_000

function visit(id: string, more: Partial<Visit>): Visit {
  const base = { agency_id: null, carer_id: 'c', client_id: 'p', plan_id: null, source: 'planned', team_slot: 1, state: 'done', began_at: null, ended_at: null }
  return { ...base, id, planned_from: '2026-10-01T01:00:00Z', planned_to: '2026-10-01T02:00:00Z', ...more } as Visit
}

const word = (visitId: string, state: Kept['state'] = 'sent'): Kept => ({
  id: `w-${visitId}`, account: 'a', kind: 'confirmation', visitId, state, tries: 0, record: { id: `w-${visitId}`, occurred_at: '2026-10-01T12:00:00Z' },
})

test.each([
  ['done today', { state: 'done', ended_at: '2026-10-01T02:00:00Z' }, [], true],
  ['said already', { state: 'done' }, [word('v')], false],
  ['said, and the server would not take it', { state: 'done' }, [word('v', 'stuck')], true],
  ['another client', { state: 'done', client_id: 'q' }, [], false],
  ['still planned', { state: 'planned' }, [], false],
  ['missed', { state: 'missed' }, [], false],
  ['never clocked out, two hours after the plan', { state: 'begun', planned_to: '2026-10-01T10:00:00Z' }, [], true],
  ['a minute less', { state: 'begun', planned_to: '2026-10-01T10:01:00Z' }, [], false],
  ['72 hours ago', { ended_at: '2026-09-28T12:00:00Z' }, [], true],
  ['a minute more', { ended_at: '2026-09-28T11:59:00Z' }, [], false],
] as const)('a visit waits for a word: %s', (_, more, said, waits) => {
  expect(toConfirm([visit('v', more)], saidOf(said as readonly Kept[]), 'p', AT)).toHaveLength(waits ? 1 : 0)
})

test('the oldest is asked about first; who comes next stands in front, and what is over is gone', () => {
  const early = visit('early', { ended_at: '2026-09-30T02:00:00Z' })
  const late = visit('late', { ended_at: '2026-10-01T02:00:00Z' })
  expect(toConfirm([late, early], new Map(), 'p', AT).map(({ id }) => id)).toEqual(['early', 'late'])
  const next = (id: string, day: string, state: Visit['state'] = 'planned') => visit(id, { state, planned_from: `${day}T01:00:00Z`, planned_to: `${day}T02:00:00Z` })
  const all = [next('d', '2026-10-04'), next('b', '2026-10-02'), next('old', '2026-09-30'), next('a', '2026-10-01', 'begun'), next('c', '2026-10-03'), next('x', '2026-10-02', 'cancelled')]
  expect(coming(all, 'p', AT).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
})

test.each([
  [{}, true, 'service'],
  [{ wasAbsent: true }, true, undefined],
  [{ service: false }, true, undefined],
  [{ service: true }, true, 'times'],
  [{ service: null }, true, 'times'],
  [{ service: true, times: false }, true, 'items'],
  [{ service: true, times: true }, false, 'sign'],
  [{ service: true, times: true, items: false }, true, 'sign'],
  [{ service: true, times: true, items: true, isSigned: false }, true, undefined],
] as const)('after %j (items: %s) comes %s', (answers, hasItems, question) => {
  expect(nextQuestion(answers, hasItems)).toBe(question)
})

test.each([
  [{ service: true, times: true, items: true, isSigned: true }, { service: true, times: true, items: true, signature: 'signed' }, 'confirmed'],
  [{ service: true, times: true, isSigned: false }, { service: true, times: true, items: null, signature: 'none' }, 'confirmed'],
  [{ service: true, times: true, items: false, isSigned: false }, { service: true, times: true, items: false, signature: 'none' }, 'itemsDenied'],
  [{ service: true, times: false, items: true, isSigned: false }, { service: true, times: false, items: true, signature: 'none' }, 'denied'],
  [{ service: false }, { service: false, times: null, items: null, signature: 'none' }, 'denied'],
  [{ wasAbsent: true }, { reason: 'was_absent', signature: 'none' }, 'absent'],
  [{ service: null, times: null, items: null, isSigned: true }, { reason: 'other', signature: 'signed' }, 'unsure'],
  [{ service: true, times: null, items: null, isSigned: false }, { service: true, times: null, items: null, signature: 'none' }, 'unsure'],
  [{ service: true, times: true, isSigned: false, endedAt: 'E' }, { service: true, times: true, items: null, signature: 'none', ended_at: 'E' }, 'confirmed'],
  [{ service: true, times: null, isSigned: false, endedAt: 'E' }, { service: true, times: null, items: null, signature: 'none' }, 'unsure'],
] as [Answers, object, string][])('%j is told as %j: %s', (answers, told, outcome) => {
  const said = statement(answers, 'T')
  expect(said).toEqual({ occurred_at: 'T', ...told })
  expect(outcomeOf(said ?? {})).toBe(outcome)
})

test('nothing said is nothing sent; each question knows its place', () => {
  expect(statement({}, 'T')).toBeUndefined()
  expect([progress('sign', true), progress('sign', false)]).toEqual([{ place: 4, of: 4 }, { place: 3, of: 3 }])
})

test('an end is of the visit’s day, or of the night after it', () => {
  const late = visit('v', { began_at: '2026-10-01T15:30:00Z' }) // 23:30
  expect([endedAt(late, '23:50'), endedAt(late, '00:20')]).toEqual(['2026-10-01T15:50:00.000Z', '2026-10-01T16:20:00.000Z'])
})

test.each([[5, [], true], [3, [], true], [2, [], false], [2, ['careless'], true], [1, ['other'], true], [0, [], false]] as const)(
  'a score of %i with %j is complete: %s', (score, reasons, isComplete) => {
    expect(isRatingComplete(score, reasons)).toBe(isComplete)
    expect(asksWhy(score)).toBe(score < 3)
  },
)

const guardian = (extent: string, more: object = {}) => ({ extent, is_approved: true, person: { id: 'me' }, valid_from: '2026-09-01', valid_to: null, ...more })

test.each([
  [[], undefined],
  [[guardian('confirm_care')], 'confirm_care'],
  [[guardian('confirm_care'), guardian('sign')], 'sign'],
  [[guardian('sign', { is_approved: false }), guardian('agree_money')], 'agree_money'],
  [[guardian('sign', { person: { id: 'other' } })], undefined],
  [[guardian('sign', { valid_from: '2026-10-02' })], undefined],
  [[guardian('sign', { valid_to: '2026-10-01' })], undefined],
  [[guardian('sign', { valid_to: '2026-10-02' })], 'sign'],
])('a guardian’s extent %#', (guardians, extent) => {
  expect(extentOf({ guardians } as unknown as ClientDetail, 'me', '2026-10-01')).toBe(extent)
})

test('each extent includes the one before; nobody may do nothing', () => {
  expect([may('sign', 'agree_money'), may('agree_money', 'sign'), may('confirm_care', 'confirm_care'), may(undefined, 'confirm_care')]).toEqual([true, false, true, false])
})

test('the client chosen last stays, as long as he is in one’s care', () => {
  const [a, b] = [{ id: 'a' }, { id: 'b' }] as Parameters<typeof chosenOf>[0]
  const all = [a, b] as Parameters<typeof chosenOf>[0]
  expect([chosenOf(all, 'b')?.id, chosenOf(all, 'gone')?.id, chosenOf(all, undefined)?.id, chosenOf([], 'a')]).toEqual(['b', 'a', 'a', undefined])
})

test('money is of the agency of the month’s last day, or of today', () => {
  const agreements = [{ id: 'old', valid_from: '2026-01-01', valid_to: '2026-09-15' }, { id: 'new', valid_from: '2026-09-15', valid_to: null }]
  const on = (day: string) => agreementOn({ agreements } as unknown as ClientDetail, day)?.id
  expect([on(lastDayOf('2026-08-01', '2026-10-05')), on(lastDayOf('2026-09-01', '2026-10-05')), on('2025-12-31')]).toEqual(['old', 'new', undefined])
  expect([lastDayOf('2026-10-01', '2026-10-05'), lastDayOf('2026-02-01', '2026-10-05')]).toEqual(['2026-10-05', '2026-02-28'])
})

test.each([['2026-10-31', 0, '2026-10-01'], ['2026-10-31', -10, '2025-12-01'], ['2026-12-05', 1, '2027-01-01']] as const)('%s %i months on', (day, ahead, month) => {
  expect(monthOf(day, ahead)).toBe(month)
})

test.each([['120', 12_000], ['120.5', 12_050], ['120.05', 12_005], ['0', 0], ['120.005', undefined], ['', undefined], ['-1', undefined], ['1,2', undefined], ['1234567', undefined]])('%s yuan', (text, fen) => {
  expect(fenOf(text)).toBe(fen)
})

test('yuan are exact', () => {
  expect([70_000, 1_250, 5, 12_005].map(yuanOf)).toEqual(['700', '12.50', '0.05', '120.05'])
})

test('a month’s sums: what is accepted, what waits', () => {
  const services = [{ minutes: 60, accepted_minutes: 60 }, { minutes: 55, accepted_minutes: null }, { minutes: 30, accepted_minutes: 0 }] as Service[]
  expect(totalOf(services)).toEqual({ visits: 3, minutes: 145, accepted: 60, waiting: 1 })
})

const notice = (kind: Notice['kind'], hour: number, state: Notice['state'] = 'open') => ({ kind, state, day: '2026-10-01', occurred_at: `2026-10-01T0${hour}:00:00Z` })
const stay = (kind: string, admitted_on: string, discharged_on: string | null) => ({ id: 's', kind, admitted_on, discharged_on })

test.each([
  ['at home', [], [], 'hospital_in'],
  ['in hospital by the registry', [stay('hospital', '2026-09-20', null)], [], 'hospital_out'],
  ['discharged today', [stay('hospital', '2026-09-20', '2026-10-01')], [], 'hospital_in'],
  ['discharged tomorrow', [stay('hospital', '2026-09-20', '2026-10-02')], [], 'hospital_out'],
  ['told, not entered yet', [], [notice('hospital_in', 1)], 'hospital_out'],
  ['in and out told', [], [notice('hospital_out', 3), notice('hospital_in', 1)], 'hospital_in'],
  ['told and declined', [], [notice('hospital_in', 1, 'declined')], 'hospital_in'],
  ['another place', [stay('travel', '2026-09-20', null)], [notice('travel_out', 1)], 'hospital_in'],
] as const)('what can be told of a hospital, %s', (_, stays, told, kind) => {
  expect(tellable(stays as never, told, '2026-10-01')[0]).toBe(kind)
})

const plan = (version: number, more: object = {}) => ({ version, confirmation: null, is_in_force: false, valid_from: '2026-09-29', valid_to: null, items: [], ...more }) as unknown as Plan

test('the newest draft waits, the plan in force is shown beside it', () => {
  const plans = [plan(1, { is_in_force: true, confirmation: {} }), plan(2), plan(3), plan(4, { valid_to: '2026-10-01' })]
  const { waiting, inForce } = plansNow(plans, '2026-10-01')
  expect([waiting?.version, inForce?.version]).toEqual([3, 1])
})

test('a draft says what it changes', () => {
  const line = (item_code: string, minutes: number, times_per_week = 5) => ({ item_code, minutes, times_per_week })
  const before = plan(1, { items: [line('a', 10), line('b', 10), line('c', 10)] })
  const draft = plan(2, { items: [line('a', 10), line('b', 20), line('d', 10)] })
  expect(changesOf(draft, before).map(({ code, change }) => code + change)).toEqual(['asame', 'bchanged', 'dnew', 'cgone'])
  expect(changesOf(draft, undefined).map(({ change }) => change)).toEqual(['same', 'same', 'same'])
})

test.each([[null, null, 'unsigned'], [2, 'D', 'signed'], [1, 'C', 'changed'], [2, 'C', 'changed']] as const)('signed %s %s is %s', (signed_version, signed_digest, standing) => {
  expect(standingOf({ text: { version: 2, digest: 'D', title: '', text: '' }, signed_version, signed_digest })).toBe(standing)
})

test.each([
  [{ to: 'agency', kind: 'attitude', text: ' 话不好听 ' }, 'agency-1', { to: 'agency', agency_id: 'agency-1', text: '话不好听' }],
  [{ to: 'fund', kind: 'attitude', text: 'x' }, 'agency-1', { to: 'fund', agency_id: null }],
  [{ to: 'agency', kind: 'attitude', text: 'x' }, undefined, { to: 'fund', agency_id: null }],
  [{ to: 'agency', kind: '', text: 'x' }, 'agency-1', undefined],
  [{ to: 'agency', kind: 'other', text: '  ' }, 'agency-1', undefined],
] as const)('a complaint %j', (draft, agency, told) => {
  const found = toldOf({ id: 'i', ...draft }, 'p', agency, 'T')
  if (told) expect(found).toMatchObject({ id: 'i', client_id: 'p', occurred_at: 'T', ...told })
  else expect(found).toBeUndefined()
})

test('a complaint that was begun is there again with its id', () => {
  const draft = { ...draftOf('p', AT), text: '写了一半' }
  keepDraft('p', draft)
  expect(draftOf('p', AT + HOUR)).toEqual(draft)
  expect(draftOf('q', AT + HOUR).text).toBe('')
})

test('a receipt loses no letter on its way, and tells what is sealed', () => {
  const receipt = { at: 'T', key: 'k', region: 'r', signature: 's', subject: 'fact 1', rows: [{ path: [], position: null, row: '{"甲": 1}', seal: null }, { path: ['x'], position: 1, row: '{}', seal: { key: 'k', signature: 's', statement: 't' } }] } as unknown as Receipt
  expect(sealedOf(receipt)).toEqual({ rows: 2, sealed: 1 })
  expect(JSON.parse(receiptText(receipt))).toEqual(receipt)
})

test('minutes that count say why they are fewer where something was done beside the plan', () => {
  const bath = { outcome: 'done' }
  expect(countedText({ minutes: 57, items: [bath] })).toBe('57 分钟')
  expect(countedText({ minutes: 37, items: [bath, { outcome: 'extra' }] })).toBe('37 分钟，计划外项目的时间不算在内')
})
