/** Where a carer's own visit stands, what is said of it, and what he can do about it. Pure. */

import type { Schemas } from './api'
import { dayOf, partsOf, timeOf } from './clock'
import { momentOf } from './correcting'
import type { Kept } from './outbox'
import { dayBody } from './own-days'
import { told, type Told } from './states'
import { fill, wording } from './texts'

export type Work = Schemas['OwnWork']
type Exception = Schemas['Exception']
type Review = Schemas['Review']

/** lost: refused, and not to be contested (any more); open: not judged yet. */
export type Standing = 'asked' | 'rejected' | 'in_review' | 'appeal_won' | 'accepted' | 'lost' | 'open'
/** What the carer himself can bring. */
export type Lacking = 'clock_out' | 'clock_in' | 'share' | 'confirmation'
/** What was told of a clock-out that was forgotten. */
export type EndTold = 'stated' | 'not_remembered'
export type Deed = 'explain' | 'back' | 'supply' | 'cannot' | 'appeal' | 'record' | 'call' | 'hours'

const DEEDS: Record<Standing, Deed[]> = {
  asked: ['supply', 'cannot'],
  rejected: ['appeal', 'record', 'call'],
  in_review: ['explain', 'back'],
  appeal_won: ['hours'],
  accepted: ['hours'],
  lost: ['record', 'call'],
  open: ['back'],
}
const SUPPLY: readonly [Exception['code'], Lacking][] = [
  ['no_clock_out', 'clock_out'],
  ['no_clock_in', 'clock_in'],
  ['share_not_confirmed', 'share'],
]
/** Grades at which the client's own word would help. */
const WEAK: readonly (string | null)[] = ['C', 'D']
/** What asks something of the carer comes first, what is done last. */
export const ORDER: readonly Standing[] = ['asked', 'rejected', 'in_review', 'open', 'appeal_won', 'lost', 'accepted']
export const TONES: Record<Standing, 'warn' | 'bad' | 'good' | 'info'> = {
  asked: 'warn', rejected: 'bad', in_review: 'warn', open: 'info', appeal_won: 'good', lost: 'bad', accepted: 'good',
}

export const standingWords = wording<Standing>(
  { asked: '请您补一下', rejected: '没有通过', in_review: '核实中', open: '还没核实', appeal_won: '申诉成功', lost: '没有通过', accepted: '已通过' },
  { asked: 'please add', rejected: 'not accepted', in_review: 'in review', open: 'not judged yet', appeal_won: 'appeal won', lost: 'not accepted', accepted: 'accepted' },
)

type Word =
  | Lacking | 'machine' | 'agency' | 'operator' | 'drawn' | 'appealed' | 'lostTitle' | 'lostText' | 'openTitle' | 'openText' | 'call' | 'record' | 'gotIt' | 'date'
  | Exclude<Review['reason'], 'appealed'>

const words = wording<Word>(
  {
    clock_out: '签退的时间', clock_in: '签到的时间', share: '个人负担的确认', confirmation: '家属确认',
    machine: '系统', agency: '机构审核员', operator: '医保中心审核员',
    drawn: '抽到了，看一看记录', appealed: '您申诉了，换一个人再看',
    lostTitle: '这一次没有通过', lostText: '原因：{reason}。决定人：{who}。这 {minutes} 分钟不结算。申诉已经看过，或者申诉的日子过了。',
    openTitle: '还没有核实', openText: '记录在后台，还没有轮到。您不用做什么。',
    call: '打电话问', record: '看当时的记录', gotIt: '知道了', date: '{month}月{day}日',
    confirmed_by_phone: '打电话核实过', confirmed_on_site: '上门核实过', documents_seen: '看过材料', times_stated: '时间已经说明',
    care_not_given: '核实下来那天没有服务', not_covered: '这次服务不在待遇范围内', proof_lacking: '证明不够', paid_elsewhere: '已在别处结算',
    new_facts: '有新的情况', mistaken: '原来的决定有误', other: '其他原因', deadline_passed: '到期没有人看', witness_came: '有了新的证明', events_arrived: '记录后来到了',
  },
  {
    clock_out: 'the time you left', clock_in: 'the time you came', share: 'the personal share confirmed', confirmation: 'the family’s confirmation',
    machine: 'the system', agency: 'the agency’s reviewer', operator: 'the fund’s reviewer',
    drawn: 'drawn for a look at the record', appealed: 'you appealed, somebody else looks',
    lostTitle: 'This one was not accepted', lostText: 'Reason: {reason}. Decided by: {who}. These {minutes} minutes are not paid. The appeal was looked at, or its days are over.',
    openTitle: 'Not looked at yet', openText: 'The record is at the server and waits its turn. You need do nothing.',
    call: 'Call and ask', record: 'See the record', gotIt: 'Got it', date: '{day}/{month}',
    confirmed_by_phone: 'asked by phone', confirmed_on_site: 'looked at on site', documents_seen: 'papers seen', times_stated: 'the times were stated',
    care_not_given: 'it was found that no care was given that day', not_covered: 'this care is not covered', proof_lacking: 'the proof does not suffice', paid_elsewhere: 'paid elsewhere',
    new_facts: 'something new came up', mistaken: 'the decision was mistaken', other: 'another reason', deadline_passed: 'nobody looked in time', witness_came: 'another proof came', events_arrived: 'records came later',
  },
)

export interface WorkTold extends Told {
  standing: Standing
  deeds: Deed[]
  tone: (typeof TONES)[Standing]
}

/** 11月18日 */
export function dateWord(day: string): string {
  const { month, day: of } = partsOf(day)
  return fill(words().date, { month, day: of })
}

/** What this phone told of the end of a visit: a time counts, whatever was told besides. */
export function endTold(visitId: string, kept: readonly Kept[]): EndTold | undefined {
  const told = kept.filter((each) => each.kind === 'stated_end' && each.visitId === visitId && each.state !== 'stuck')
  if (!told.length) return undefined
  return told.some(({ record }) => record['ended_at']) ? 'stated' : 'not_remembered'
}

/** Where it stands, as the carer should see it. */
export function standingOf(work: Work, end?: EndTold): Standing {
  const { standing } = work.fact
  if (standing === 'accepted') return lastRefusal(work) && isAppealed(work) ? 'appeal_won' : 'accepted'
  if (standing === 'refused') return work.appeal_until ? 'rejected' : 'lost'
  if (standing === 'open') return 'open'
  return lackingOf(work, end) ? 'asked' : 'in_review'
}

/**
 * What would let go of a hold and is in the carer's hands; after an appeal people look, and nothing is asked. Where he has
 * said when he left, the family has to say so too; where he does not remember, the agency asks.
 */
export function lackingOf(work: Work, end?: EndTold): Lacking | undefined {
  if (work.fact.standing !== 'held' || isAppealed(work)) return undefined
  const holding = holdingOf(work).map(({ code }) => code)
  const supply = SUPPLY.find(([code]) => holding.includes(code))?.[1]
  if (supply === 'clock_out' && end) return end === 'stated' ? 'confirmation' : undefined
  if (supply) return supply
  return holding.length === 0 && WEAK.includes(work.fact.grade) ? 'confirmation' : undefined
}

/** The texts of where it stands, and what each button does. */
export function workTold(work: Work, name: string, end?: EndTold): WorkTold {
  const standing = standingOf(work, end)
  const { title, body, actions } = textsOf(standing, work, { name, what: words()[lackingOf(work, end) ?? 'confirmation'] })
  return { standing, title, body, actions, deeds: DEEDS[standing], tone: TONES[standing] }
}

function textsOf(standing: Standing, work: Work, { name, what }: { name: string; what: string }): Told {
  const w = words()
  const minutes = work.accepted_minutes ?? work.minutes ?? 0
  const { month } = partsOf(work.service_on)
  const due = work.fact.hold ? dateWord(work.fact.hold.due_on) : ''
  const refusal = { reason: refusalOf(work), who: w[lastRefusal(work)?.step ?? 'agency'], minutes }
  const texts: Record<Standing, () => Told> = {
    accepted: () => told('accepted', { name, minutes, month }),
    appeal_won: () => told('appealWon', { day: dateWord(work.service_on), minutes, month }),
    in_review: () => told('inReview', { reason: reasonOf(work), day: due }),
    asked: () => told('asked', { what, day: due }),
    rejected: () => told('rejected', { ...refusal, day: dateWord(work.appeal_until ?? work.service_on) }),
    lost: () => ({ title: w.lostTitle, body: fill(w.lostText, refusal), actions: [w.record, w.call] }),
    open: () => ({ title: w.openTitle, body: w.openText, actions: [w.gotIt] }),
  }
  const text = texts[standing]()
  if (work.fact.kind !== 'care_day') return text
  const day = { name, month, day: dateWord(work.service_on), reason: refusal.reason, who: refusal.who, until: dateWord(work.appeal_until ?? work.service_on) }
  return { ...text, body: dayBody(standing, day) ?? text.body }
}

/** Why somebody looks: the first thing that holds it. */
export function reasonOf(work: Work): string {
  if (isAppealed(work)) return words().appealed
  const first = holdingOf(work)[0] ?? openOf(work)[0]
  return first ? plain(first.text) : words().drawn
}

/** Why it was refused: the word of the reason, and the reviewer's own words. */
function refusalOf(work: Work): string {
  const refusal = lastRefusal(work)
  if (!refusal) return words().other
  const reason = reviewWord(refusal.reason)
  return refusal.note ? `${reason}，${plain(refusal.note)}` : reason
}

export function reviewWord(reason: Review['reason']): string {
  return words()[reason]
}

export function whoWord(step: Review['step']): string {
  return words()[step]
}

function lastRefusal(work: Work): Review | undefined {
  return work.fact.reviews.filter(({ decision }) => decision === 'refused').pop()
}

export function isAppealed(work: Work): boolean {
  return work.fact.reviews.some(({ reason }) => reason === 'appealed')
}

/** What is still open of it; a phone not confirmed yet is open there too. */
export function openOf(work: Work): Exception[] {
  return work.fact.exceptions.filter(({ ended_at }) => ended_at === null)
}

function holdingOf(work: Work): Exception[] {
  return openOf(work).filter(({ severity }) => severity === 'must_fix')
}

/** Our sentence puts its own full stop. */
function plain(text: string): string {
  return text.trim().replace(/[。.]$/, '')
}

/** Whether this phone, or one before it, waits for the agency's word. */
export function hasNewPhone(all: readonly Work[]): boolean {
  return all.some((work) => openOf(work).some(({ code }) => code === 'new_device'))
}

export interface WorkLine {
  id: string
  title: string
  note: string
}

/** The list, by where they stand, each with the newest first. */
export function groupsOf(all: readonly Work[], nameOf: (clientId: string | null) => string): { standing: Standing; name: string; lines: WorkLine[] }[] {
  const sorted = [...all].sort((a, b) => b.service_on.localeCompare(a.service_on) || b.fact.id.localeCompare(a.fact.id))
  return ORDER.map((standing) => ({
    standing,
    name: standingWords()[standing],
    lines: sorted.filter((work) => standingOf(work) === standing).map((work) => lineOf(work, standing, nameOf(work.fact.client_id))),
  })).filter(({ lines }) => lines.length)
}

function lineOf(work: Work, standing: Standing, name: string): WorkLine {
  const why: Partial<Record<Standing, () => string>> = {
    asked: () => words()[lackingOf(work) ?? 'confirmation'],
    rejected: () => refusalOf(work),
    lost: () => refusalOf(work),
    in_review: () => reasonOf(work),
  }
  return { id: work.fact.id, title: `${dateWord(work.service_on)} ${name}`, note: why[standing]?.() ?? '' }
}

/** When he says that he left, on the day of the visit or in the night after it; null for a time that is still to come. */
export function statedEnd(work: Work, time: string, now: number): string | null {
  const at = momentOf(time, work.service_on, work.began_at ? timeOf(work.began_at) : '')
  return Date.parse(at) > now ? null : at
}

/** From the first of last month to today: what can still be asked about. At most 62 days, as the server takes. */
export function spanOf(now: number): { day_from: string; day_to: string } {
  const day_to = dayOf(now)
  const [year, month] = day_to.split('-').map(Number) as [number, number]
  return { day_from: new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 10), day_to }
}
