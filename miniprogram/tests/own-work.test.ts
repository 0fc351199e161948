import { beforeEach, expect, test } from 'vitest'
import { rolesOf, unsentOfRole } from '../app/lib/account'
import { rung } from '../app/lib/agency-phone'
import { certificateLine, validityOf } from '../app/lib/certificates'
import { correctionBody, correctionLacks, draftOf, momentOf, type CorrectionDraft } from '../app/lib/correcting'
import { hoursLine, hoursWord } from '../app/lib/hours'
import { newsOf, targetOf } from '../app/lib/messages'
import { add, waiting, type Kept } from '../app/lib/outbox'
import { endTold, groupsOf, hasNewPhone, lackingOf, spanOf, standingOf, statedEnd, workTold, type Work } from '../app/lib/own-work'
import { remarkLines } from '../app/lib/remarks'
import type { Session } from '../app/lib/session'
import { setLanguage } from '../app/lib/settings'
import { foundLines, reviewLines, tapLines } from '../app/lib/work-record'
import { fakePhone, sessionOf } from './fake-wx'

fakePhone() // the tables below ask for words
beforeEach(() => {
  fakePhone()
})

type Fact = Work['fact']
const exception = (code: string, over: object = {}) => ({ code, severity: 'must_fix', text: '位置不太准，看不出是不是在家。', ended_at: null, recorded_at: '', details: {}, ...over }) as Fact['exceptions'][number]
const review = (decision: string, reason: string, over: object = {}) => ({ decision, reason, step: 'agency', note: null, actor_id: 'a', recorded_at: '2026-11-20T03:00:00Z', ...over }) as Fact['reviews'][number]
const REFUSED = review('refused', 'proof_lacking', { note: '家属说当天没来。' })
const APPEAL = review('reopened', 'appealed', { note: '我在门口', actor_id: 'me' })

function work(fact: Partial<Fact> = {}, over: Partial<Work> = {}): Work {
  const hold = { step: 'agency', due_on: '2026-11-25' } as Fact['hold']
  return {
    fact: { id: 'v', kind: 'visit', carer_id: 'c', client_id: 'k', agency_id: 'g', grade: 'B', standing: 'held', hold, exceptions: [], reviews: [], ...fact },
    service_on: '2026-11-18', began_at: '2026-11-18T01:00:00Z', ended_at: '2026-11-18T02:00:00Z', minutes: 60, accepted_minutes: null, appeal_until: null, remarks: [], ...over,
  }
}

test.each([
  ['accepted at once', work({ standing: 'accepted', hold: null }), 'accepted'],
  ['accepted after an appeal', work({ standing: 'accepted', reviews: [REFUSED, APPEAL, review('accepted', 'new_facts')] }), 'appeal_won'],
  ['opened again by the operator, never appealed', work({ standing: 'accepted', reviews: [REFUSED, review('accepted', 'mistaken')] }), 'accepted'],
  ['refused, to be appealed', work({ standing: 'refused', reviews: [REFUSED] }, { appeal_until: '2026-12-02' }), 'rejected'],
  ['refused, the days over', work({ standing: 'refused', reviews: [REFUSED] }), 'lost'],
  ['not judged', work({ standing: 'open' }), 'open'],
  ['held for its place', work({ exceptions: [exception('outside_fence')] }), 'in_review'],
  ['held without a clock-out', work({ exceptions: [exception('no_clock_out')] }), 'asked'],
  ['held for want of a witness', work({ grade: 'C' }), 'asked'],
  ['held in a sample, well proven', work({ grade: 'A' }), 'in_review'],
  ['appealed: nothing is asked', work({ grade: 'D', reviews: [REFUSED, APPEAL] }), 'in_review'],
] as const)('%s stands as %s', (_, each, standing) => {
  expect(standingOf(each)).toBe(standing)
})

test.each([
  ['no_clock_out', undefined, 'clock_out'],
  ['no_clock_out', 'stated', 'confirmation'],
  ['no_clock_out', 'not_remembered', undefined],
  ['no_clock_in', 'not_remembered', 'clock_in'],
  ['share_not_confirmed', undefined, 'share'],
  ['client_denies', undefined, undefined],
] as const)('%s, with the end %s, lacks %s', (code, end, lacks) => {
  expect(lackingOf(work({ grade: 'D', exceptions: [exception(code)] }), end)).toBe(lacks)
})

test.each([
  ['nothing', [], undefined],
  ['a time', [{ ended_at: '2026-11-18T02:00:00Z' }], 'stated'],
  ['that it is not remembered', [{ ended_at: null }], 'not_remembered'],
  ['both: the time counts', [{ ended_at: '2026-11-18T02:00:00Z' }, { ended_at: null }], 'stated'],
  ['one that was not taken', [{ ended_at: null, state: 'stuck' }], undefined],
] as const)('of a forgotten end was told: %s', (_, all, told) => {
  const kept = all.map(({ state = 'sent', ...record }: { ended_at: string | null; state?: string }) => ({ kind: 'stated_end', visitId: 'v', state, record }))
  expect(endTold('v', kept as unknown as Kept[])).toBe(told)
  expect(endTold('other', kept as unknown as Kept[])).toBeUndefined()
})

test('what is settled or only to be acknowledged asks for nothing', () => {
  const settled = exception('no_clock_out', { ended_at: '2026-11-19T00:00:00Z' })
  expect(lackingOf(work({ exceptions: [settled, exception('late_sync', { severity: 'acknowledge' })] }))).toBeUndefined()
})

test('the texts of each state say reason, day, who and minutes, and each button has its deed', () => {
  const said = (each: Work) => workTold(each, '王秀英')
  const rejected = said(work({ standing: 'refused', reviews: [REFUSED] }, { appeal_until: '2026-12-02' }))
  expect(rejected.body).toBe('原因：证明不够，家属说当天没来。决定人：机构审核员。这 60 分钟现在不结算。您觉得不对，12月2日 前可以申诉，会换一个人再看。')
  expect(rejected.deeds).toEqual(['appeal', 'record', 'call'])
  expect(said(work({ exceptions: [exception('uncertain_location')] })).body).toBe('原因：位置不太准，看不出是不是在家。最晚 11月25日 有结果。您不用做什么，也可以补一句说明或一张照片。')
  expect(said(work({ grade: 'C' })).body).toBe('还差：家属确认。请在 11月25日 前补好，补好后继续核实。')
  expect(said(work({ standing: 'accepted', hold: null }, { accepted_minutes: 50 })).body).toBe('王秀英家，50 分钟，已算进 11 月。')
  expect(said(work({ reviews: [REFUSED, APPEAL] })).body).toContain('您申诉了，换一个人再看')
  expect(said(work({ standing: 'accepted', reviews: [REFUSED, APPEAL, review('accepted', 'new_facts')] })).title).toBe('申诉成功')
  for (const standing of ['open', 'accepted', 'refused', 'held'] as const) {
    const { actions, deeds } = said(work({ standing, grade: 'C' }))
    expect(actions.length).toBe(deeds.length)
  }
  setLanguage('en')
  expect(said(work({ grade: 'C' })).body).toContain('the family’s confirmation')
})

test('the list begins with what needs the carer, each group with the newest', () => {
  const all = [
    work({ id: 'old', standing: 'accepted' }, { service_on: '2026-11-01' }),
    work({ id: 'new', standing: 'accepted' }, { service_on: '2026-11-02' }),
    work({ id: 'asked', grade: 'D' }),
  ]
  const groups = groupsOf(all, () => '王*英')
  expect(groups.map(({ standing, lines }) => [standing, lines.map(({ id }) => id)])).toEqual([['asked', ['asked']], ['accepted', ['new', 'old']]])
  expect(groups[0]?.lines[0]).toMatchObject({ title: '11月18日 王*英', note: '家属确认' })
})

test('a phone that is not confirmed is noticed while its mark is open', () => {
  expect(hasNewPhone([work(), work({ exceptions: [exception('new_device', { severity: 'acknowledge' })] })])).toBe(true)
  expect(hasNewPhone([work({ exceptions: [exception('new_device', { ended_at: '2026-11-19T00:00:00Z' })] })])).toBe(false)
})

test.each([
  ['2026-11-30T15:00:00Z', '2026-10-01', '2026-11-30'],
  ['2026-01-31T15:59:59Z', '2025-12-01', '2026-01-31'],
  ['2026-08-30T16:00:00Z', '2026-07-01', '2026-08-31'], // 62 days: the most the server takes
])('at %s the list is from %s to %s', (at, day_from, day_to) => {
  expect(spanOf(Date.parse(at))).toEqual({ day_from, day_to })
})

test.each([
  ['10:30', '2026-11-18T02:30:00Z', '2026-11-18T02:30:00.000Z'],
  ['10:31', '2026-11-18T02:30:00Z', null], // still to come
  ['08:00', '2026-11-18T02:30:00Z', null], // before she came is the next day
  ['08:00', '2026-11-19T00:00:00Z', '2026-11-19T00:00:00.000Z'],
])('that he left at %s, said at %s, is %s', (time, at, ended_at) => {
  expect(statedEnd(work(), time, Date.parse(at))).toBe(ended_at)
})

test('the record of then: taps with their distance, what was found, who decided', () => {
  const tap = { kind: 'in', occurred_at: '2026-11-18T01:02:00Z', received_at: '', visit_id: 'v', skew_s: null }
  const taps = [{ ...tap, id: '1', verdict: 'outside', distance_m: 2300 }, { ...tap, id: '2', verdict: 'inside', distance_m: 12 }, { ...tap, id: '3', verdict: 'no_position', distance_m: null }]
  const lines = tapLines({ taps, items: [] } as unknown as Parameters<typeof tapLines>[0])
  expect(lines.map(({ note, value }) => [value, note])).toEqual([['09:02', '离家约 2300 米'], ['09:02', '在家里'], ['09:02', '没有位置']])
  expect(foundLines(work({ exceptions: [exception('short'), exception('short'), exception('late_sync', { ended_at: 'x', text: '晚到。' })] })).map(({ note }) => note)).toEqual(['要核实的', '已经清楚'])
  expect(reviewLines(work({ reviews: [REFUSED, APPEAL] })).map(({ title, note }) => [title, note])).toEqual([
    ['机构审核员：没有通过', '证明不够，说明：家属说当天没来。'],
    ['您申诉了，换一个人再看', '说明：我在门口'],
  ])
})

test.each([[0, '0 分钟'], [59, '59 分钟'], [60, '1 小时'], [61, '1 小时 1 分'], [600, '10 小时']])('%d minutes are %s', (minutes, text) => {
  expect(hoursWord(minutes)).toBe(text)
})

test('hours of a week or month: its name, and what was done in parts', () => {
  const of = { first: '2026-11-16', beyond: '2026-11-23', visits: 4, planned_minutes: 240, recorded_minutes: 240, accepted_minutes: 120, in_review_minutes: 60, refused_minutes: 60 }
  expect(hoursLine(of, 'week')).toMatchObject({ name: '11月16日–11月22日', accepted: '2 小时', shares: { accepted: 50, in_review: 25, refused: 25 } })
  expect(hoursLine({ ...of, first: '2026-11-01' }, 'month').name).toBe('11月')
  expect(hoursLine({ ...of, accepted_minutes: 0, in_review_minutes: 0, refused_minutes: 0 }, 'week').shares).toEqual({ accepted: 0, in_review: 0, refused: 0 })
})

test.each([
  ['2026-11-29', 'ended', '已过期'],
  ['2026-11-30', 'ending', '最后一天'],
  ['2026-12-01', 'ending', '还有 1 天'],
  ['2026-12-29', 'ending', '还有 29 天'],
  ['2026-12-30', 'good', '有效'],
  [null, 'good', '有效'],
] as const)('a certificate to %s is %s', (valid_to, validity, tag) => {
  const certificate = { id: '1', kind: 'nurse', number: 'N1', valid_from: '2025-01-01', valid_to }
  expect(validityOf(certificate, '2026-11-29')).toBe(validity)
  expect(certificateLine(certificate, '2026-11-29')).toMatchObject({ tag, title: '护士' })
  expect(validityOf({ ...certificate, valid_from: '2026-11-30' }, '2026-11-29')).toBe('not_yet')
})

const RECORD = { service_on: '2026-11-18', began_at: '2026-11-18T01:00:07Z', ended_at: '2026-11-18T02:00:09Z' }
const asked = (over: Partial<CorrectionDraft>): CorrectionDraft => ({ ...draftOf(RECORD, 'i'), reason: 'forgot', ...over })

test.each([
  [asked({ to: '' }), 'times'],
  [asked({ from: '10:00' }), 'order'],
  [asked({}), 'same'],
  [asked({ to: '10:30', reason: '' }), 'reason'],
  [asked({ to: '10:30', reason: 'other' }), 'note'],
  [asked({ to: '10:30', reason: 'other', note: '停电' }), undefined],
  [asked({ kind: 'swapped', reason: '' }), undefined],
] as const)('a correction %# lacks %s', (of, lacks) => {
  expect(correctionLacks(of, RECORD)).toBe(lacks)
})

test('a correction keeps the seconds of a time that was not touched, and an end before the begin is past midnight', () => {
  expect(correctionBody(asked({ to: '10:30' }), 'v', RECORD)).toMatchObject({ began_at: RECORD.began_at, ended_at: '2026-11-18T02:30:00.000Z', kind: 'times', reason: 'forgot', note: null })
  expect(correctionBody(asked({ kind: 'swapped', reason: '' }), 'v', RECORD)).toMatchObject({ began_at: null, ended_at: null, reason: 'in_out_swapped' })
  expect(momentOf('00:10', '2026-11-18', '23:30')).toBe('2026-11-18T16:10:00.000Z')
})

test('a message about a visit opens it, one that says all opens nothing', () => {
  expect(targetOf({ kind: 'work_refused', subject_id: 'v' })).toBe('/pages/work/index?id=v')
  expect(targetOf({ kind: 'certificate_ending', subject_id: 'c' })).toBe('/pages/certificates/index')
  expect(targetOf({ kind: 'incident_seen', subject_id: 'i' })).toBe('')
  expect(targetOf({ kind: 'payout_returned', subject_id: 'p' })).toBe('/pages/payouts/index')
})

test('roles without a page are no choice, the own one is shown', () => {
  const grant = (id: string, role: string) => ({ id, role })
  const session = { grant: grant('1', 'carer'), grants: [grant('1', 'carer'), grant('2', 'family_carer'), grant('3', 'supervisor')] } as unknown as Session
  expect(rolesOf(session, { carer: '/a', family_carer: '/b' }).map(({ id, isNow }) => [id, isNow])).toEqual([['1', true], ['2', false]])
})

test('only what is not sent of this role keeps it: records of his others wait for theirs', () => {
  const grant = (id: string, role: string) => ({ id, role })
  const grants = [grant('1', 'carer'), grant('2', 'guardian')]
  const { storage } = fakePhone()
  const as = (place: number) => storage.set('session', { ...sessionOf('li'), grant: grants[place], grants })
  as(0)
  for (const minute of [1, 2, 3]) add('clock_event', { occurred_at: `2026-10-01T01:0${minute}:00Z` })
  expect(unsentOfRole()).toBe(3)
  as(1)
  expect([unsentOfRole(), waiting().length]).toEqual([0, 3])
})

test('only agencies with a number are rung', () => {
  expect(rung([{ id: '1', name: 'a', phone: null }, { id: '2', name: 'b', phone: '022-1' }]).map(({ id }) => id)).toEqual(['2'])
})

test('what was said is shown once: as the server holds it, then what is still on the phone, with why it was not taken', () => {
  const remark = (id: string, text: string | null) => ({ id, kind: 'explanation', text, occurred_at: '2026-11-19T01:00:00Z', received_at: '' }) as Work['remarks'][number]
  const kept = (id: string, state: string, more: object = {}) =>
    ({ id, kind: 'remark', state, visitId: null, record: { id, fact_id: 'v', text: `words ${id}`, occurred_at: '2026-11-19T02:00:00Z' }, ...more }) as unknown as Kept
  const refused = { status: 409, code: 'decided_already', message: '已经有结果了。', exceptions: [] }
  const elsewhere = kept('f', 'kept', { record: { fact_id: 'other', text: '-', occurred_at: '' } })

  const lines = remarkLines(work({}, { remarks: [remark('a', '女儿在家'), remark('b', null)] }), [kept('a', 'sent'), kept('c', 'kept'), kept('d', 'stuck', { answer: refused }), elsewhere])

  expect(lines.map(({ text, note, state }) => [text, note, state])).toEqual([
    ['女儿在家', '11月19日 09:00', '审核的人能看到'],
    ['words c', '11月19日 10:00', '在手机里'],
    ['words d', '11月19日 10:00 已经有结果了。', '没发成'],
  ])
})

test.each([
  [[], null],
  [[{ text: '已看', is_read: true }], null],
  [[{ text: '已看', is_read: true }, { text: '新', is_read: false }, { text: '旧', is_read: false }], { text: '新', count: 2 }],
])('the newest message that was not read %#', (messages, news) => {
  expect(newsOf(messages)).toEqual(news)
})

test.each([
  ['accepted', work({ kind: 'care_day', standing: 'accepted' }), '王秀英家，11月18日的照护，已算进 11 月。'],
  ['appeal won', work({ kind: 'care_day', standing: 'accepted', reviews: [REFUSED, APPEAL, review('accepted', 'new_facts')] }), '11月18日那天已改为通过，算进 11 月。原来的决定和您的说明都留着。'],
  ['refused', work({ kind: 'care_day', standing: 'refused', reviews: [REFUSED] }, { appeal_until: '2026-12-02' }),
    '原因：证明不够，家属说当天没来。决定人：机构审核员。这一天现在不计发。您觉得不对，12月2日 前可以申诉，会换一个人再看。'],
  ['lost', work({ kind: 'care_day', standing: 'refused', reviews: [REFUSED] }), '原因：证明不够，家属说当天没来。决定人：机构审核员。这一天不计发。申诉看过了，或者申诉的日子过了。'],
  ['in review', work({ kind: 'care_day', exceptions: [exception('outside_fence')] }), workTold(work({ exceptions: [exception('outside_fence')] }), '王秀英').body],
])('a family carer’s day, %s, is told in days', (_, each, body) => {
  expect(workTold(each, '王秀英').body).toBe(body)
})
