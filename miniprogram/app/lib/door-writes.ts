/** What a carer tells of a visit beside its taps. All of it goes through the outbox. */

import type { PlaceReason } from './door'
import type { Visit } from './cache'
import { iso, phoneNow } from './clock'
import { add, pump, type Added } from './outbox'
import { forget, keep, read } from './platform'
import { itemRecords, type ItemLine, type Marks } from './visits'

export function marksOf(visitId: string): Marks {
  return read<Marks>(`marks:${visitId}`) ?? {}
}

export function setMark(visitId: string, code: string, mark: Marks[string]): void {
  keep(`marks:${visitId}`, { ...marksOf(visitId), [code]: mark })
}

/** What was ticked becomes records; the marks are let go once these are on the phone. */
export function addItems(visitId: string, lines: readonly ItemLine[], at: number): void {
  for (const record of itemRecords(lines, iso(at))) add('item', record, { visitId })
  forget(`marks:${visitId}`)
}

/** Why the tap was away from the home. */
export function tellPlace(visitId: string, reason: PlaceReason): Added {
  return told('confirmation', { reason }, visitId)
}

/** Why nobody signs. */
export function tellNoSignature(visitId: string, reason: string): Added {
  return told('confirmation', { reason }, visitId)
}

/** When she left a visit without clocking out. */
export function tellEnd(visit: Visit, endedAt: number): Added {
  return told('stated_end', { ended_at: iso(endedAt), reason: 'forgotten' }, visit.id)
}

/** A home tag that was read late is told with a tap of its own; the first one stays the time that counts. */
export function tellTag(visitId: string, tag: string): Added {
  return told('clock_in', { fix: null, tag }, visitId)
}

export function told(kind: Parameters<typeof add>[0], content: Record<string, unknown>, visitId: string): Added {
  const added = add(kind, { ...content, occurred_at: iso(phoneNow()) }, { visitId })
  pump()
  return added
}
