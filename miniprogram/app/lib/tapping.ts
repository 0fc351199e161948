/** A tap at the door or at the end: position, record, and what the server made of it. The tap counts from the moment of the tap. */

import { isNoAnswer, isRefused, post, type Schemas } from './api'
import { iso } from './clock'
import { accuracy, parted, placeOf, type Place } from './geo'
import { add, find, flush, pump, type Added, type Code, type Kept } from './outbox'
import { isOnline, locate, type NoFix, type PhoneFix } from './platform'

export type TapKind = 'clock_in' | 'clock_out'

export interface Tapped extends Added {
  at: string
  why: NoFix | undefined
  metres: number | undefined
  /** What the server said of the place; undefined while it could not be asked. */
  place: Place | undefined
  /** Metres from the registered home, where it matters. */
  away: number | undefined
  /** There is a network: without an answer it is the server that is away. */
  isOnline?: boolean
  /** What the server found to look into. */
  codes: readonly Code[]
  /** The server's sentence, where it did not take the tap. */
  refusal: string | undefined
}

const ANSWER_WITHIN_MS = 6_000

/** A position, unless the carer will not wait for it. */
export function fixUnless(stopped: Promise<void>): Promise<PhoneFix | NoFix> {
  return Promise.race([locate(), stopped.then((): NoFix => 'timeout')])
}

/** Record a tap made at `tappedAt`, send it, and wait a moment for the answer. */
export async function tap(
  kind: TapKind,
  visitId: string,
  tappedAt: number,
  found: PhoneFix | NoFix,
  tag?: string,
): Promise<Tapped> {
  const { fix, why } = parted(found)
  const at = iso(tappedAt)
  const added = add(kind, { occurred_at: at, fix, ...(tag ? { tag } : {}) }, { visitId })
  await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS))])
  pump()
  const answer = find(added.id)?.answer
  const told = answer ? outcomeOf(answer, fix) : NOT_ASKED
  const away = told.place === 'outside' ? await metresAway(kind, visitId, added.id) : undefined
  return { ...added, ...told, at, why, metres: accuracy(fix), away, isOnline: told.place ? true : await isOnline() }
}

type Outcome = Pick<Tapped, 'place' | 'codes' | 'refusal'>
const NOT_ASKED: Outcome = { place: undefined, codes: [], refusal: undefined }

/** What an answer says: where it was, or why it was not taken. */
function outcomeOf({ status, message, exceptions }: NonNullable<Kept['answer']>, fix: PhoneFix | null): Outcome {
  return status < 300 ? { place: placeOf(exceptions, fix), codes: exceptions, refusal: undefined } : { ...NOT_ASKED, refusal: message ?? '' }
}

/** Sent again by itself a tap gets its first answer, with the distance that a batch does not tell. */
async function metresAway(kind: TapKind, visitId: string, tapId: string): Promise<number | undefined> {
  const path = kind === 'clock_in' ? '/api/v1/visits/{visit_id}/clock-in' : '/api/v1/visits/{visit_id}/clock-out'
  const record = find(tapId)?.record as unknown as Schemas['ClockTap']
  try {
    return (await post(path, record, { path: { visit_id: visitId } })).distance_m ?? undefined
  } catch (error) {
    if (isNoAnswer(error) || isRefused(error)) return undefined
    throw error
  }
}
