/** A guardian's word about a visit: what waits for it, what is asked, and what is sent. Pure. */

import { beginOf, type Visit } from './cache'
import { dayOf, DAY_MS, iso } from './clock'
import type { Content, Kept } from './outbox'

/** After this the word is kept, and counts as no witness any more: nobody is asked for it. */
const ASKED_WITHIN_MS = 3 * DAY_MS
/** So long after the planned end somebody may be asked of a visit that was never clocked out. */
const OPEN_AFTER_MS = 2 * 3_600_000
const SHOWN = 3

export type Question = 'service' | 'times' | 'items' | 'sign'
export type Word = boolean | null

/** Undefined: not asked yet; null: does not know. */
export interface Answers {
  service?: Word
  times?: Word
  items?: Word
  isSigned?: boolean
  wasAbsent?: boolean
  endedAt?: string
}

function endOf(visit: Visit): number {
  return Date.parse(visit.ended_at ?? visit.planned_to ?? visit.began_at ?? '')
}

/** The phone's word about each visit, the newest one. */
export function saidOf(records: readonly Kept[]): Map<string, Kept> {
  return new Map(records.filter(({ kind, visitId, state }) => kind === 'confirmation' && visitId && state !== 'stuck').map((kept) => [kept.visitId ?? '', kept]))
}

/** Visits that are over and that nobody on this phone spoke of yet, the oldest first. */
export function toConfirm(visits: readonly Visit[], said: ReadonlyMap<string, Kept>, clientId: string, at: number): Visit[] {
  return visits
    .filter((visit) => visit.client_id === clientId && !said.has(visit.id) && isOver(visit, at) && at - endOf(visit) <= ASKED_WITHIN_MS)
    .sort((a, b) => endOf(a) - endOf(b))
}

function isOver(visit: Visit, at: number): boolean {
  return visit.state === 'done' || (visit.state === 'begun' && at - endOf(visit) >= OPEN_AFTER_MS)
}

/** Who is there or comes next, the first in front. */
export function coming(visits: readonly Visit[], clientId: string, at: number): Visit[] {
  const open = visits.filter(({ client_id, state }) => client_id === clientId && ['planned', 'begun'].includes(state))
  return open.filter((visit) => endOf(visit) >= at || dayOf(endOf(visit)) === dayOf(at)).sort((a, b) => beginOf(a) - beginOf(b)).slice(0, SHOWN)
}

/** The next question, or undefined when all that can be asked is. Who was not there, or denies the service, knows no more. */
export function nextQuestion(answers: Answers, hasItems: boolean): Question | undefined {
  if (answers.wasAbsent) return undefined
  if (answers.service === undefined) return 'service'
  if (answers.service === false) return undefined
  if (answers.times === undefined) return 'times'
  if (hasItems && answers.items === undefined) return 'items'
  return answers.isSigned === undefined ? 'sign' : undefined
}

/** How many questions there are, and at which one we are, for "2 / 4". */
export function progress(question: Question, hasItems: boolean): { place: number; of: number } {
  const all: Question[] = hasItems ? ['service', 'times', 'items', 'sign'] : ['service', 'times', 'sign']
  return { place: all.indexOf(question) + 1, of: all.length }
}

/** The five statements, each by itself; undefined where nothing was said, which is then not sent. */
export function statement(answers: Answers, occurred_at: string): Content | undefined {
  if (answers.wasAbsent) return { occurred_at, reason: 'was_absent', signature: 'none' }
  const { service = null, times = null, items = null } = answers
  const words = { service, times, items }
  const signature = answers.isSigned ? 'signed' : 'none'
  if (Object.values(words).every((word) => word === null)) {
    return answers.isSigned === undefined ? undefined : { occurred_at, reason: 'other', signature }
  }
  const ended_at = times === true && answers.endedAt ? { ended_at: answers.endedAt } : {}
  return { occurred_at, ...words, signature, ...ended_at }
}

export type Outcome = 'absent' | 'denied' | 'itemsDenied' | 'confirmed' | 'unsure'

/** What becomes of it, so that the screen can say so. */
export function outcomeOf(said: Record<string, unknown>): Outcome {
  if (said['reason'] === 'was_absent') return 'absent'
  if (said['service'] === false || said['times'] === false) return 'denied'
  if (said['items'] === false) return 'itemsDenied'
  return said['service'] === true && said['times'] === true ? 'confirmed' : 'unsure'
}

/** The instant of a local time of day on the visit's day; the next day where it would lie before the beginning. */
export function endedAt(visit: Visit, time: string): string {
  const begin = beginOf(visit)
  const told = Date.parse(`${dayOf(begin)}T${time}:00+08:00`)
  return iso(told < begin ? told + DAY_MS : told)
}

/** From this score on nobody is asked why. */
const GOOD_FROM = 3
export const REASONS = ['came_late', 'left_early', 'items_lacking', 'careless', 'impolite', 'asked_for_money', 'other'] as const

export function asksWhy(score: number): boolean {
  return score < GOOD_FROM
}

/** A low score has its reasons, another has none. */
export function isRatingComplete(score: number, reasons: readonly string[]): boolean {
  return score > 0 && (!asksWhy(score) || reasons.length > 0)
}
