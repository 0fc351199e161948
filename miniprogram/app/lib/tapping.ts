/** A tap at the door or at the end: position, record, and what the server made of it. The tap counts from the moment of the tap. */

import { iso } from './clock'
import { accuracy, parted, placeOf, type Place } from './geo'
import { newId } from './ids'
import { add, find, flush, pump, type Added, type Content, type Code, type Kept } from './outbox'
import { forget, isOnline, keepIfRoom, keysFrom, locate, read, switches, type NoFix, type PhoneFix } from './platform'

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

interface UnderWay {
  id: string
  kind: TapKind
  at: number
}
const UNDER_WAY = 'tapping:'

/** Keep that she tapped, before her position is looked for: a phone that dies meanwhile has the tap all the same. */
export function beginTap(kind: TapKind, visitId: string, at: number): void {
  keepIfRoom(UNDER_WAY + visitId, { id: newId(at), kind, at } satisfies UnderWay)
}

/** The record of a tap that was begun, or of one made at once. */
export function addTap(kind: TapKind, visitId: string, content: Content): Added {
  const begun = read<UnderWay>(UNDER_WAY + visitId)
  const added = add(kind, { ...content, ...(begun?.kind === kind ? { id: begun.id } : {}) }, { visitId })
  forget(UNDER_WAY + visitId)
  return added
}

/** At the start of the app: taps whose position nobody waited for become records without one. */
export function recoverTaps(): void {
  for (const key of keysFrom(UNDER_WAY)) {
    const { id, kind, at } = read<UnderWay>(key) ?? {}
    const visitId = key.slice(UNDER_WAY.length)
    if (id && kind && at !== undefined && !find(id)) add(kind, { id, occurred_at: iso(at), fix: null }, { visitId })
    forget(key)
  }
}

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
  const added = addTap(kind, visitId, { occurred_at: at, fix, ...(tag ? { tag } : {}) })
  await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS))])
  pump()
  const answer = find(added.id)?.answer
  const told = answer ? outcomeOf(answer, fix) : NOT_ASKED
  return { ...added, ...told, at, why, metres: accuracy(fix), isOnline: told.place ? true : await isOnline() }
}

type Outcome = Pick<Tapped, 'place' | 'away' | 'codes' | 'refusal'>
const NOT_ASKED: Outcome = { place: undefined, away: undefined, codes: [], refusal: undefined }

/** What an answer says: where it was, or why it was not taken. */
function outcomeOf({ status, message, exceptions, distance_m }: NonNullable<Kept['answer']>, fix: PhoneFix | null): Outcome {
  if (status >= 300) return { ...NOT_ASKED, refusal: message ?? '' }
  const place = placeOf(exceptions, fix, switches().isRough)
  return { place, away: place === 'outside' ? (distance_m ?? undefined) : undefined, codes: exceptions, refusal: undefined }
}
