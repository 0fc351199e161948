/** What a carer tells of a visit beside its taps. All of it goes through the outbox. */

import type { PlaceReason } from './door'
import type { Visit } from './cache'
import { iso, phoneNow } from './clock'
import { add, pump, records, type Added, type Kept } from './outbox'
import { forget, keep, read, StorageFull } from './platform'
import { itemRecords, type ItemLine, type Marks } from './visits'

/** Ticks for which there was no room: they last as long as the app is open. */
const unsaved = new Map<string, Marks>()

export function marksOf(visitId: string): Marks {
  return unsaved.get(visitId) ?? read<Marks>(`marks:${visitId}`) ?? {}
}

export function setMark(visitId: string, code: string, mark: Marks[string]): void {
  const marks = { ...marksOf(visitId), [code]: mark }
  try {
    keep(`marks:${visitId}`, marks)
    unsaved.delete(visitId)
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error
    unsaved.set(visitId, marks)
  }
}

/** What was ticked becomes records, each once, whenever the app is killed; then the marks are let go. */
export function addItems(visitId: string, lines: readonly ItemLine[], at: number): void {
  const had = records().filter((kept) => kept.kind === 'item' && kept.visitId === visitId && kept.state !== 'stuck')
  for (const record of itemRecords(lines, iso(at))) {
    const isSame = ({ record: other }: Kept) => other['item_code'] === record['item_code'] && other['outcome'] === record['outcome']
    if (!had.some(isSame)) add('item', record, { visitId })
  }
  unsaved.delete(visitId)
  forget(`marks:${visitId}`)
}

/** Which case a tap away from the home was. */
export function tellPlace(visitId: string, tapId: string, place: PlaceReason): Added {
  return told('away_word', { event_id: tapId, case: place }, visitId)
}

/** Why nobody signs. */
export function tellNoSignature(visitId: string, reason: string): Added {
  return told('confirmation', { reason }, visitId)
}

/** When she left a visit without clocking out. */
export function tellEnd(visit: Visit, endedAt: number): Added {
  return told('stated_end', { ended_at: iso(endedAt), reason: 'forgotten' }, visit.id)
}

/** She forgot to clock out, and does not know any more when she left: the agency asks, and a person decides. */
export function tellEndForgotten(visitId: string): Added {
  return told('stated_end', { ended_at: null, reason: 'not_remembered' }, visitId)
}

/** A home tag that was read after a tap says of it what it would have said beside it. */
export function tellTag(visitId: string, tapId: string, tag: string): Added {
  return told('tag_scan', { event_id: tapId, tag }, visitId)
}

export function told(kind: Parameters<typeof add>[0], content: Record<string, unknown>, visitId: string): Added {
  const added = add(kind, { ...content, occurred_at: iso(phoneNow()) }, { visitId })
  pump()
  return added
}
