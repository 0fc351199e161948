/** A tap at the door or at the end: position, record, and what the server made of it. The tap counts from the moment of the tap. */

import { iso } from './clock'
import { accuracy, parted, placeOf, type Place } from './geo'
import { newId } from './ids'
import { add, find, type Added, type Content, type Code, type Kept, type Kind } from './outbox'
import { forget, keepIfRoom, keysFrom, locate, read, switches, type NoFix, type PhoneFix } from './platform'
import { sendAndHear, type Became } from './sending'

export type TapKind = 'clock_in' | 'clock_out'

export interface Tapped extends Added {
  at: string
  why: NoFix | undefined
  metres: number | undefined
  /** What the server said of the place; undefined while it could not be asked. */
  place: Place | undefined
  /** Metres from the registered home, where it matters. */
  away: number | undefined
  became: Became
  /** What the server found to look into. */
  codes: readonly Code[]
}

type Tap = Content & { id: string }
export type DayTap = Tap & { kind: 'in' | 'out'; client_id: string }

/** A tap whose position is still looked for. */
interface UnderWay {
  kind: Kind
  visitId: string | null
  content: Tap
}
const UNDER_WAY = 'tapping:'

/** Keep that she tapped, before her position is looked for: a phone that dies meanwhile has the tap all the same. */
export function beginTap(kind: TapKind, visitId: string, at: number): void {
  begin(visitId, { kind, visitId, content: { id: newId(at), occurred_at: iso(at) } })
}

/** The same of a family carer's tap, which belongs to a client's day. */
export function beginDayTap(tap: DayTap): void {
  begin(tap.id, { kind: 'clock_event', visitId: null, content: tap })
}

function begin(key: string, tap: UnderWay): void {
  keepIfRoom(UNDER_WAY + key, tap)
}

/** The record of a tap that was begun, or of one made at once. */
export function addTap(kind: TapKind, visitId: string, content: Content): Added {
  const begun = read<UnderWay>(UNDER_WAY + visitId)
  return ended(visitId, add(kind, { ...content, ...(begun?.kind === kind ? { id: begun.content.id } : {}) }, { visitId }))
}

export function addDayTap(tap: DayTap, fix: PhoneFix | null): Added {
  return ended(tap.id, add('clock_event', { ...tap, fix }))
}

function ended(key: string, added: Added): Added {
  forget(UNDER_WAY + key)
  return added
}

/** At the start of the app: taps whose position nobody waited for become records without one. */
export function recoverTaps(): void {
  for (const key of keysFrom(UNDER_WAY)) {
    const { kind, visitId, content } = read<UnderWay>(key) ?? {}
    if (kind && content && !find(content.id)) add(kind, { ...content, fix: null }, visitId ? { visitId } : {})
    forget(key)
  }
}

/** A position, unless the carer will not wait for it. */
export function fixUnless(stopped: Promise<void>): Promise<PhoneFix | NoFix> {
  return Promise.race([locate(), stopped.then((): NoFix => 'timeout')])
}

/** Record a tap made at `tappedAt`, send it, and wait a moment for the answer. */
export async function tap(kind: TapKind, visitId: string, tappedAt: number, found: PhoneFix | NoFix): Promise<Tapped> {
  const { fix, why } = parted(found)
  const at = iso(tappedAt)
  const added = addTap(kind, visitId, { occurred_at: at, fix })
  const became = await sendAndHear(added)
  return { ...added, ...outcomeOf(find(added.id)?.answer, fix), at, why, metres: accuracy(fix), became }
}

type Outcome = Pick<Tapped, 'place' | 'away' | 'codes'>
const NOT_TOLD: Outcome = { place: undefined, away: undefined, codes: [] }

/** What an answer says of where it was; one that did not take the tap says nothing of it. */
function outcomeOf(answer: Kept['answer'], fix: PhoneFix | null): Outcome {
  if (!answer || answer.status >= 300) return NOT_TOLD
  const place = placeOf(answer.exceptions, fix, switches().isRough)
  return { place, away: place === 'outside' ? (answer.distance_m ?? undefined) : undefined, codes: answer.exceptions }
}
