/**
 * What client or family say on the carer's phone. It is no witness, a no counts, and no page shows it again; a rating lies on
 * the phone only in a box that the server alone opens.
 */

import { get, isNoAnswer, isRefused, type Schemas } from './api'
import { sealed } from './box'
import { lastSeen, seen } from './cache'
import { DAY_MS, iso, now, phoneNow } from './clock'
import { add, pump, type Content, type Kept } from './outbox'
import { randomBytes } from './platform'
import type { Stage } from './visits'

export type RatingTerms = Schemas['RatingTerms']

export const QUESTIONS = ['service', 'times', 'items'] as const
export type Answers = Partial<Record<(typeof QUESTIONS)[number], boolean | null>>

const TERMS = 'rating-terms'

/** The record of what was said: with no word at all, that nobody could say. Pure. */
export function handedOver(answers: Answers, isSigned: boolean, occurred_at: string): Content {
  const said = QUESTIONS.flatMap((name) => (typeof answers[name] === 'boolean' ? [[name, answers[name]] as const] : []))
  if (!said.length) return { occurred_at, reason: 'was_absent', handed_over: true }
  return { occurred_at, ...Object.fromEntries(said), signature: isSigned ? 'signed' : 'none', handed_over: true }
}

/** Keep it; false when there is no room. */
export function addHandedOver(visitId: string, answers: Answers, isSigned: boolean): boolean {
  const { saved } = add('confirmation', handedOver(answers, isSigned, iso(phoneNow())), { visitId })
  pump()
  return saved
}

/** Whether visits are rated here, and the key; asked for once a day and early, since at the door there may be no network. */
export async function ratingTerms(): Promise<RatingTerms | undefined> {
  const known = lastSeen<RatingTerms>(TERMS)
  if (known && now() - known.at < DAY_MS) return known.value
  try {
    return (await seen(TERMS, () => get('/api/v1/ratings/handing-over'))).value
  } catch (error) {
    if (!isNoAnswer(error) && !isRefused(error)) throw error
    return known?.value
  }
}

/** A visit that is over, where visits are rated, and once on this phone. Pure. */
export function asksRating(terms: RatingTerms | undefined, stage: Stage, visitId: string, kept: readonly Kept[]): boolean {
  const isRated = kept.some((each) => each.kind === 'rating' && each.visitId === visitId && each.state !== 'stuck')
  return terms?.is_asked === true && stage === 'done' && !isRated
}

/** Seal a rating and keep the box; false when there is no room. The score is nowhere on the phone afterwards. */
export async function addRating(visitId: string, score: number, reasons: readonly string[], { public_key }: RatingTerms): Promise<boolean> {
  const box = sealed(JSON.stringify({ score, reasons }), public_key, await randomBytes(32))
  const { saved } = add('rating', { box, occurred_at: iso(phoneNow()) }, { visitId })
  pump()
  return saved
}
