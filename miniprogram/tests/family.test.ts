import { createHash } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import {
  dayRecord, daysBetween, daysIn, daysOn, EMPTY, isLogged, itemsFor, lastItems, lateDay, lateUntil, loggedDays, missedDays, noteOf, pauseOn, promptOf, stageOf, tapOf, toldOf,
  whyNotLogged, type Care, type CareDay, type Told,
} from '../app/lib/family'
import { accountState, cameBack, missingOf, payoutLine, retried, squaresOf, withoutLast, type Account, type Payout } from '../app/lib/family-money'
import { yuanOf } from '../app/lib/months'
import { missedTold, monthText, pauseTold, trainingTold } from '../app/lib/family-words'
import type { Kept } from '../app/lib/outbox'
import { sha256 } from '../app/lib/sha256'
import { fakePhone } from './fake-wx'

beforeEach(() => {
  fakePhone()
})

const at = (day: string, time: string) => Date.parse(`${day}T${time}:00+08:00`)
const NOW = at('2026-10-06', '20:00')

const training = (more = {}): NonNullable<Care['training']> => ({
  carer_id: 'k', stage: 'formal', began_on: '2026-09-01', ended_on: null, exam_on: null, is_exam_needed: false, formal_from: '2026-09-01', counts_from: '2026-10-01', ...more,
})
const logged = (day: string, ...codes: string[]): CareDay => ({
  id: day, client_id: 'c', carer_id: 'k', day, in_event_id: null, out_event_id: null, items: codes.map((item_code) => ({ item_code, minutes: null })),
  standing: 'payable', exceptions: [], filled_by: null, occurred_at: '', recorded_at: '',
})
const care = (more: Partial<Care> = {}): Care => ({
  id: 'c', name: '赵玉珍', terms: { clock_events_per_day: 2, late_entry_hours: 24, prompts_per_week: 0 }, days: [], stays: [], notices: [],
  training: training(), prompts: [], ...more,
})
const kept = (kind: Kept['kind'], record: Record<string, unknown>, more: Partial<Kept> = {}): Kept => ({
  id: 'r1', account: 'zhao', kind, visitId: null, state: 'kept', tries: 0,
  record: { id: 'r1', client_id: 'c', occurred_at: new Date(NOW).toISOString(), ...record }, ...more,
})
const told = (kind: Told['kind'], day: string, state: Told['state'] = 'open'): Told => ({ id: `${day}-${kind}`, kind, day, state })
const stay = (admitted_on: string, discharged_on: string | null, kind: 'hospital' | 'travel' = 'hospital') => ({ id: admitted_on, kind, admitted_on, discharged_on })

test.each([
  [[care()], '2026-10-05', ['c']],
  [[care({ days: [logged('2026-10-05')] })], undefined, undefined],
  [[care({ days: [logged('2026-10-05')] }), care({ id: 'd' })], '2026-10-05', ['d']],
  [[care(), care({ id: 'd' }), care({ id: 'e', training: null })], '2026-10-05', ['c', 'd']],
  [[care({ days: [logged('2026-10-05')], terms: { ...care().terms, late_entry_hours: 48 } }), care({ id: 'd' })], '2026-10-05', ['d']],
  [[care({ days: [logged('2026-10-05')], terms: { ...care().terms, late_entry_hours: 48 } })], '2026-10-04', ['c']],
  [[], undefined, undefined],
])('the last day that somebody misses %#', (cares, day, ids) => {
  const late = lateDay(cares, [], NOW)
  expect([late?.day, late?.cares.map(({ id }) => id)]).toEqual([day, ids])
})

test('days are counted without a time zone', () => {
  expect([daysOn('2026-02-28', 1), daysOn('2026-03-01', -1), daysOn('2026-12-31', 1)]).toEqual(['2026-03-01', '2026-02-28', '2027-01-01'])
  expect([daysIn('2026-02-01'), daysIn('2028-02-01'), daysIn('2026-12-01')]).toEqual([28, 29, 31])
  expect(daysBetween('2026-09-30', '2026-10-02')).toBe(2)
})

test.each([
  [{}, [], null],
  [{ notices: [told('hospital_in', '2026-10-05')] }, [], 'hospital 2026-10-05'],
  [{ notices: [told('hospital_in', '2026-10-06')] }, [], 'hospital 2026-10-06'],
  [{ notices: [told('hospital_in', '2026-10-07')] }, [], null], // to come
  [{ notices: [told('hospital_in', '2026-10-05', 'declined')] }, [], null],
  [{ notices: [told('wants_community', '2026-10-05')] }, [], null],
  [{ notices: [told('travel_out', '2026-10-03'), told('travel_back', '2026-10-05')] }, [], null],
  [{ notices: [told('travel_out', '2026-10-05')] }, [kept('notice', { kind: 'travel_back', day: '2026-10-06' })], null],
  [{}, [kept('notice', { kind: 'travel_out', day: '2026-10-06' })], 'travel 2026-10-06'],
  [{}, [kept('notice', { kind: 'travel_out', day: '2026-10-06' }, { state: 'stuck' })], null],
  [{}, [kept('notice', { kind: 'travel_out', day: '2026-10-06', client_id: 'other' })], null],
  [{ stays: [stay('2026-10-04', null)] }, [], 'hospital 2026-10-04'],
  [{ stays: [stay('2026-10-04', '2026-10-06')] }, [], null], // home again on the day of discharge
  [{ stays: [stay('2026-10-04', '2026-10-07')] }, [], 'hospital 2026-10-04'],
  [{ stays: [stay('2026-10-04', null)], notices: [told('hospital_out', '2026-10-06')] }, [], null], // told, not entered yet
  [{ stays: [stay('2026-10-04', null)], notices: [told('hospital_out', '2026-10-02')] }, [], 'hospital 2026-10-04'], // of an earlier stay
  [{ stays: [stay('2026-10-03', '2026-10-05')], notices: [told('hospital_in', '2026-10-03', 'entered')] }, [], null],
  [{ stays: [stay('2026-10-03', '2026-10-05')], notices: [told('hospital_in', '2026-10-05')] }, [], 'hospital 2026-10-05'], // in again
] as const)('away %#', (more, records, expected) => {
  const found = pauseOn(care(more as unknown as Partial<Care>), records, '2026-10-06')
  expect(found && `${found.kind} ${found.since}`).toBe(expected)
})

test('what this phone told counts once the server knows it too', () => {
  expect(toldOf(care(), [kept('notice', { kind: 'travel_out', day: '2026-10-06' }), kept('notice', { kind: 'travel_back', day: '2026-10-07' }, { state: 'sent' })])
    .map(({ state }) => state)).toEqual(['kept', 'open'])
  const own = kept('notice', { kind: 'hospital_in', day: '2026-10-05' }, { id: 'n1', state: 'sent' })
  const known = care({ notices: [{ ...told('hospital_in', '2026-10-05', 'declined'), id: 'n1' }] })
  expect(pauseOn(known, [own], '2026-10-06')).toBeNull()
})

const careDay = (day: string, more: Partial<Kept> = {}) => kept('care_day', { day, items: [{ item_code: 'life-07' }] }, more)

test.each([
  [{}, [], 'open'],
  [{}, [kept('clock_event', { kind: 'in' })], 'begun'],
  [{}, [kept('clock_event', { kind: 'in', occurred_at: '2026-10-05T12:00:00Z' })], 'open'], // yesterday's
  [{}, [kept('clock_event', { kind: 'in' }), careDay('2026-10-06')], 'done'],
  [{}, [careDay('2026-10-06', { state: 'stuck' })], 'open'],
  [{ days: [logged('2026-10-06')] }, [], 'done'], // on another phone
  [{ stays: [stay('2026-10-04', null)] }, [], 'paused'],
  [{ stays: [stay('2026-10-06', null)], days: [logged('2026-10-06')] }, [], 'done'], // cared for in the morning
] as const)('the stage of today %#', (more, records, expected) => {
  expect(stageOf(care(more as unknown as Partial<Care>), records, NOW)).toBe(expected)
})

test.each([
  [{}, '2026-10-06', '20:00', ['2026-10-05']],
  [{}, '2026-10-06', '23:59', ['2026-10-05']],
  [{ terms: { clock_events_per_day: 2, late_entry_hours: 48, prompts_per_week: 0 } }, '2026-10-06', '20:00', ['2026-10-05', '2026-10-04']],
  [{ terms: { clock_events_per_day: 2, late_entry_hours: 0, prompts_per_week: 0 } }, '2026-10-06', '00:00', []],
  [{ terms: { clock_events_per_day: 2, late_entry_hours: 12, prompts_per_week: 0 } }, '2026-10-06', '11:59', ['2026-10-05']],
  [{ terms: { clock_events_per_day: 2, late_entry_hours: 12, prompts_per_week: 0 } }, '2026-10-06', '12:00', []],
  [{ days: [logged('2026-10-05')] }, '2026-10-06', '20:00', []],
  [{ stays: [stay('2026-10-05', '2026-10-06')] }, '2026-10-06', '20:00', []],
  [{ training: training({ began_on: '2026-10-06' }) }, '2026-10-06', '20:00', []],
  [{ training: null }, '2026-10-06', '20:00', []],
] as const)('days that may still be entered %#', (more, day, time, expected) => {
  expect(missedDays(care(more as unknown as Partial<Care>), [], at(day, time))).toEqual(expected)
})

test.each([
  ['2026-10-06', null],
  ['2026-10-05', null],
  ['2026-10-04', 'late'],
  ['2026-10-07', 'ahead'],
  ['2026-10-03', 'logged'],
])('%s may be logged: %s', (day, expected) => {
  expect(whyNotLogged(care({ days: [logged('2026-10-03')] }), [], day, NOW)).toBe(expected)
  expect(lateUntil('2026-10-05', 24)).toBe(at('2026-10-07', '00:00'))
})

test.each([
  ['19:59', undefined],
  ['20:00', 'b'],
  ['20:19', 'b'],
  ['20:20', 'a'],
  ['20:30', undefined], // missed: nothing is said of it
])('at %s the prompt to answer is %s', (time, expected) => {
  const prompt = (id: string, closes: string) => ({
    id, client_id: 'c', day: '2026-10-06', opens_at: new Date(at('2026-10-06', '20:00')).toISOString(), closes_at: new Date(at('2026-10-06', closes)).toISOString(),
  })
  expect(promptOf(care({ prompts: [prompt('a', '20:30'), prompt('b', '20:20')] }), at('2026-10-06', time))?.id).toBe(expected)
})

test('days of a month are counted once, wherever they were logged', () => {
  const both = care({ days: [logged('2026-10-01'), logged('2026-09-30'), logged('2026-10-02')] })
  const records = [careDay('2026-10-02'), careDay('2026-10-03', { id: 'r2' })]
  expect(loggedDays(both, records, '2026-10-06').size).toBe(3)
  expect([isLogged(both, records, '2026-09-30'), isLogged(both, records, '2026-10-04')]).toEqual([true, false])
})

test('the items of last time, those a family may do, and the record of a day', () => {
  const known = care({ days: [logged('2026-10-01', 'life-01'), logged('2026-10-04', 'life-05'), logged('2026-10-05')] })
  expect(lastItems(known, [careDay('2026-10-06')], '2026-10-06')).toEqual(['life-05'])
  expect(lastItems(known, [careDay('2026-10-06')], '2026-10-07')).toEqual(['life-07'])
  const item = (code: string, more = {}) => ({ code, name: code, is_active: true, category: 'basic_life_care', staff_kinds: ['family'], ...more })
  const all = [item('a'), item('b'), item('old', { is_active: false }), item('nurse', { staff_kinds: ['nurse'] }), item('drip', { category: 'clinical_care' })]
  expect(itemsFor(all as never, ['b']).map(({ code }) => code)).toEqual(['b', 'a'])
  const more = { note: noteOf('人怎么样：不太好。', ' 咳嗽 '), occurred_at: 't', inId: 'i', outId: 'o' }
  expect(dayRecord({ id: 'c' }, '2026-10-06', { ...EMPTY, codes: ['a'], filledBy: 'daughter' }, more)).toEqual({
    client_id: 'c', day: '2026-10-06', in_event_id: 'i', out_event_id: 'o', items: [{ item_code: 'a' }], note: '人怎么样：不太好。 咳嗽', filled_by: 'child', occurred_at: 't',
  })
  expect(dayRecord({ id: 'c' }, '2026-10-06', EMPTY, more)).not.toHaveProperty('filled_by') // phones did not send it before
  expect([noteOf(null, '  '), noteOf(null, 'x'.repeat(2000))?.length]).toEqual([null, 1000])
  const taps = [kept('clock_event', { kind: 'in' }, { id: '1' }), kept('clock_event', { kind: 'out' }, { id: '2' }), kept('clock_event', { kind: 'out' }, { id: '3' })]
  expect([tapOf('c', taps, '2026-10-06', 'in')?.id, tapOf('c', taps, '2026-10-06', 'out')?.id, tapOf('d', taps, '2026-10-06', 'in')]).toEqual(['1', '3', undefined])
})

test('the agreed words of a family carer, with their values', () => {
  expect(missedTold('2026-10-05', at('2026-10-07', '00:00'), NOW)).toMatchObject({ title: '昨天还没记', body: '可以补到今晚 12 点。住院、外出的日子请选原因，不用补。' })
  expect(missedTold('2026-10-04', at('2026-10-06', '22:00'), NOW)).toMatchObject({ title: '10月4日 还没记', body: '可以补到 10月6日 22:00。住院、外出的日子请选原因，不用补。' })
  expect(pauseTold({ kind: 'hospital', since: '2026-10-20', back: 'hospital_out' })).toMatchObject({ title: '住院的日子先停', body: '从 10月20日 起停发，出院后点一下“出院了”就接着记。' })
  expect(pauseTold({ kind: 'travel', since: '2026-10-20', back: 'travel_back' }).body).toContain('回来了')
  const provisional = { stage: 'provisional', began_on: '2026-09-05', formal_from: '2026-11-05', counts_from: '2026-12-01', is_exam_needed: true } as const
  const said = (more: object, today = '2026-10-06') => trainingTold(care({ training: training({ ...provisional, ...more }) }), today)
  expect(said({})).toMatchObject({ title: '培训第 32 天', body: '满两个月并考核合格后转为正式，转正次月 12月1日 起算补助。' })
  expect(said({}, '2026-09-05')?.title).toBe('培训第 1 天')
  expect(said({ is_exam_needed: false })?.body).toBe('最早 11月5日 转为正式，从 12月1日 起算补助。')
  expect(said({ formal_from: '2026-10-05', counts_from: '2026-11-01' })?.body).toBe('最早 10月5日 转为正式，从 11月1日 起算补助。')
  expect(said({ counts_from: '2026-11-05' })?.body).toBe('最早 11月5日 转为正式，从 11月5日 起算补助。')
  expect(trainingTold(care(), '2026-09-30')).toMatchObject({ title: '已转为正式', body: '从 10月1日 起算补助。' })
  expect(trainingTold(care(), '2026-10-01')).toBeNull()
})

const line = (day: string, rule: string, is_paid = false) => ({ day, rule, is_paid, text: rule, source: null, record_id: null }) as never

test('a month in squares: blanks before the first, then each day as it stands', () => {
  const days = [line('2026-10-01', 'paid', true), line('2026-10-02', 'in_review'), line('2026-10-03', 'in_hospital'), line('2026-10-04', 'no_record'),
    line('2026-10-05', 'no_record'), line('2026-10-06', 'no_record')]
  const more = { today: '2026-10-06', kept: new Set(['2026-10-05']), open: new Set(['2026-10-06']), openText: '可以记', keptText: '等核对' }
  const squares = squaresOf('2026-10-01', days, more)
  expect(squares.slice(0, 3).map(({ tone }) => tone)).toEqual(['none', 'none', 'none']) // the 1st is a Thursday
  expect(squares.slice(3, 10).map(({ number, tone, mark }) => `${number} ${tone} ${mark}`)).toEqual([
    '1 paid ✓', '2 wait …', '3 not –', '4 not –', '5 wait …', '6 open +', '7 ahead ',
  ])
  expect(squares).toHaveLength(34)
  expect([squares[7]?.text, squares[8]?.text]).toEqual(['等核对', '可以记'])
})

const payout = (more: Partial<Payout> = {}): Payout => ({
  id: 'p1', subsidy_id: 's1', client_id: 'c', month: '2026-11-01', amount_fen: 70000, state: 'paid', reason_code: null, text: '已送银行。', holder_name: '陈玉兰',
  payee_account: '****1234', counter: '新港社区', changed_at: '', ...more,
})
const around = { daysLess: 2, isRetried: false, holdDays: 7, reason: '户名和卡不一样', account: null, monthText: '11 月补助 700 元', retriedText: '已经重新发', changedText: '已经换卡' }
const card = (number: string) => ({ account: { number } as Account })

test.each([
  [{}, {}, '11 月补助已发出', '700 元，转到尾号 1234 的卡，户名陈玉兰。一般 1–3 天到。少发的 2 天点这里看原因。', 'why'],
  [{}, { daysLess: 0 }, '11 月补助已发出', '700 元，转到尾号 1234 的卡，户名陈玉兰。一般 1–3 天到。', null],
  [{ state: 'returned' }, {}, '银行退回来了', '原因：户名和卡不一样。钱还在，没有丢。请带身份证和银行卡到新港社区办理，或在这里换卡，7 天后重新发。', 'change'],
  [{ state: 'failed' }, {}, '银行退回来了', '原因：户名和卡不一样。钱还在，没有丢。请带身份证和银行卡到新港社区办理，或在这里换卡，7 天后重新发。', 'change'],
  [{ state: 'failed' }, card('****1234'), '银行退回来了', '原因：户名和卡不一样。钱还在，没有丢。请带身份证和银行卡到新港社区办理，或在这里换卡，7 天后重新发。', 'change'],
  [{ state: 'failed' }, card('****1235'), '银行退回来了', '已经换卡', null],
  [{ state: 'failed', reason_code: 'file_refused' }, {}, '11 月补助 700 元', '已送银行。', null],
  [{ state: 'returned' }, { isRetried: true }, '11 月补助 700 元', '已经重新发', null],
  [{ state: 'sent' }, {}, '11 月补助 700 元', '已送银行。', null],
] as const)('a payment in words %#', (more, other, title, text, deed) => {
  expect(payoutLine(payout(more), { ...around, ...other })).toMatchObject({ title, text, deed })
})

test.each([
  [[], '****1234', false],
  [[payout()], '****1234', false],
  [[payout({ state: 'returned' })], '****1234', true],
  [[payout({ state: 'failed' })], '****1234', true],
  [[payout({ state: 'failed' })], '****9999', false],
  [[payout({ state: 'failed' })], null, false],
  [[payout({ state: 'failed', reason_code: 'file_refused' })], '****1234', false],
  [[payout({ state: 'returned' }), payout({ id: 'p2', state: 'sent' })], '****1234', false],
])('whether the card of now has to be changed %#', (payouts, number, isBack) => {
  expect(cameBack(payouts, number === null ? null : card(number).account)).toBe(isBack)
})

test('money, retries, accounts and what is missing', () => {
  expect([yuanOf(70000), yuanOf(14516), yuanOf(5), yuanOf(0)]).toEqual(['700', '145.16', '0.05', '0'])
  expect(withoutLast('One. Two.')).toBe('One.')
  expect([monthText('2026-01-01'), monthText('2026-12-01')]).toEqual(['1', '12'])
  const again = [payout({ state: 'returned' }), payout({ id: 'p2', state: 'sent' }), payout({ id: 'p3', subsidy_id: 's2', state: 'failed' })]
  expect([...retried(again)]).toEqual(['p1'])
  const account = (name_check: Account['name_check'], hold_until: string | null): Account => ({ id: 'a', person_id: 'p', number: '****1', holder: '陈*', bank_code: '1', bank_name: null, name_check, hold_until })
  const later = new Date(NOW + 1).toISOString()
  expect([
    accountState(null, NOW), accountState(account('mismatched', later), NOW), accountState(account('matched', later), NOW),
    accountState(account('unchecked', new Date(NOW).toISOString()), NOW), accountState(account('matched', null), NOW),
  ]).toEqual(['none', 'mismatched', 'waiting', 'unchecked', 'good'])
  expect([missingOf('6217 0000 1000', '105110000015'), missingOf('6217', ''), missingOf('621700001000', '1051')]).toEqual([null, 'numberMissing', 'codeMissing'])
})

test.each([0, 3, 55, 56, 63, 64, 1000])('the digest of %i bytes is that of everybody else', (length) => {
  const bytes = Uint8Array.from({ length }, (_, place) => place % 251)
  expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'))
})
