/** What the visit page draws, and reads for it. */

import { get, isNoAnswer, isRefused, type Schemas } from '../../lib/api'
import type { Visit } from '../../lib/cache'
import { partsOf, timeOf } from '../../lib/clock'
import { stopOf } from '../../lib/door'
import { records, type Code, type Kept, type Kind } from '../../lib/outbox'
import { STATE_TONES, stateWords } from '../../lib/record-words'
import type { Tapped } from '../../lib/tapping'
import { fill } from '../../lib/texts'
import { tappedAt, type ItemLine } from '../../lib/visits'
import { reasonWord, words } from './words'

export function shownLines(lines: readonly ItemLine[]) {
  return lines.map((line) => ({
    ...line,
    note: fill(words().minutes, { count: line.minutes }),
    why: line.outcome === 'extra' ? words().isExtra : line.reason ? reasonWord(line.reason) : '',
    outcome: line.outcome,
  }))
}

/** 09:02 签到 · 10:00 签退 */
export function timesOf(visit: Visit, kept: readonly Kept[]): string {
  const told = (kind: 'clock_in' | 'clock_out', text: string) => {
    const at = tappedAt(visit, kept, kind)
    return at ? [fill(text, { time: timeOf(at) })] : []
  }
  return [...told('clock_in', words().inAt), ...told('clock_out', words().outAt)].join(' · ')
}

/** ±12 米，在家里 */
export function placeText({ metres, place }: Tapped): string {
  if (metres === undefined) return ''
  return fill(place === 'inside' ? words().place : words().placeUnknown, { metres })
}

export function hasRecord(kept: readonly Kept[], visitId: string, kind: Kind): boolean {
  return kept.some((each) => each.visitId === visitId && each.kind === kind && each.state !== 'stuck')
}

/** The least certain of a visit's records says where it stands. */
export function stateOfVisit(id: string): { text: string; tone: string } | null {
  const own = records().filter(({ visitId }) => visitId === id)
  const order = ['stuck', 'kept', 'sent', 'in_review', 'not_accepted', 'accepted'] as const
  const state = order.find((each) => own.some((kept) => kept.state === each))
  return state ? { text: stateWords()[state], tone: STATE_TONES[state] } : null
}

export function monthDay(day: string): string {
  const { month, day: date } = partsOf(day)
  return fill(words().day, { month, day: date })
}

export function stopValues(codes: readonly Code[], of: Schemas['ClientDetail'] | undefined, on: string): { day: string; reason: string } {
  const { day, reason } = stopOf(codes, of, on)
  return { day: monthDay(day), reason: words()[reason] }
}

/** How far off she was, or how far off the position may be. */
export function metresOf({ away, metres }: Tapped): number | string {
  return away ?? metres ?? '?'
}

/** What stopped the benefit, as far as she may read it and there is a network. */
export async function detailOf(visit: Visit): Promise<Schemas['ClientDetail'] | undefined> {
  try {
    return await get('/api/v1/clients/{client_id}', { path: { client_id: visit.client_id } })
  } catch (error) {
    if (isNoAnswer(error) || isRefused(error)) return undefined
    throw error
  }
}
