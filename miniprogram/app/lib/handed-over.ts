/** What client or family say on the carer's phone. It is no witness, a no counts, and no page shows it again. */

import { iso, phoneNow } from './clock'
import { add, pump, type Content } from './outbox'

export const QUESTIONS = ['service', 'times', 'items'] as const
export type Answers = Partial<Record<(typeof QUESTIONS)[number], boolean | null>>

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
