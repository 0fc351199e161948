/** What this phone knows of a visit: the server's word, and what was recorded here since. Pure. */

import type { Around, Visit } from './cache'
import type { Kept } from './outbox'

export type Stage = 'planned' | 'begun' | 'done' | 'off'

export interface ItemLine {
  code: string
  name: string
  minutes: number
  outcome: 'open' | 'done' | 'not_done' | 'refused' | 'extra'
  reason: string | null
  /** What was told that an extra costs, before it. */
  price_fen?: number
}

/** A visit's marks before they are sent: what was ticked, by item code. */
export type Marks = Record<string, Pick<ItemLine, 'outcome' | 'reason' | 'price_fen'>>

/** Where a visit stands: a tap on this phone counts at once, whether it was sent or not. */
export function stageOf(visit: Visit, records: readonly Kept[]): Stage {
  if (visit.state === 'cancelled' || visit.state === 'missed') return 'off'
  const own = records.filter((kept) => kept.visitId === visit.id && kept.state !== 'stuck')
  if (visit.state === 'done' || own.some(({ kind }) => kind === 'clock_out' || kind === 'stated_end')) return 'done'
  if (visit.state === 'begun' || own.some(({ kind }) => kind === 'clock_in')) return 'begun'
  return 'planned'
}

/** When it began or ended: as tapped here, else as the server knows. */
export function tappedAt(visit: Visit, records: readonly Kept[], kind: 'clock_in' | 'clock_out'): string | null {
  const taps = records.filter((kept) => kept.visitId === visit.id && kept.kind === kind)
  const tap = standing(taps, records)[0] ?? taps[taps.length - 1]
  return tap?.record.occurred_at ?? (kind === 'clock_in' ? visit.began_at : visit.ended_at)
}

/** When it began by the first tap that the server or this phone knows of. */
export function firstTapAt(visit: Visit, records: readonly Kept[]): string | null {
  const known = [visit.began_at, tappedAt(visit, records, 'clock_in')].filter((at) => at !== null)
  return known.sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null
}

/** She said of every clock-in that she was not there yet: the next one is when the visit begins. */
export function isTakenBack(visitId: string, records: readonly Kept[]): boolean {
  const taps = records.filter((kept) => kept.visitId === visitId && kept.kind === 'clock_in')
  return taps.length > 0 && standing(taps, records).length === 0
}

function standing(taps: readonly Kept[], records: readonly Kept[]): Kept[] {
  const words = records.filter(({ kind, record }) => kind === 'away_word' && record['case'] === 'not_there_yet')
  return taps.filter(({ id }) => !words.some(({ record }) => record['event_id'] === id))
}

/** The plan's items with their names, and what was marked or recorded of them. */
export function linesOf(visit: Visit, around: Around, marks: Marks, records: readonly Kept[]): ItemLine[] {
  const recorded = new Map(
    records.filter(({ kind, visitId }) => kind === 'item' && visitId === visit.id).map(({ record }) => [record['item_code'], record]),
  )
  const planned = around.plans[visit.plan_id ?? '']?.items ?? []
  const markOf = (code: string) => marks[code] ?? recordedMark(recorded.get(code))
  const beside = [...new Set([...recorded.keys(), ...Object.keys(marks)])].filter(
    (code): code is string => typeof code === 'string' && markOf(code)?.outcome === 'extra' && planned.every(({ item_code }) => item_code !== code),
  )
  return [...planned, ...beside.map((code) => ({ item_code: code, minutes: around.items[code]?.minutes ?? 0 }))].map(({ item_code: code, minutes }) => {
    const mark = markOf(code)
    return { code, name: around.items[code]?.name ?? code, minutes, outcome: mark?.outcome ?? 'open', reason: mark?.reason ?? null, ...priceOf(mark?.price_fen) }
  })
}

const priceOf = (price: unknown) => (typeof price === 'number' ? { price_fen: price } : {})

function recordedMark(record: Record<string, unknown> | undefined): Marks[string] | undefined {
  return record && { outcome: record['outcome'] as ItemLine['outcome'], reason: (record['reason'] as string | undefined) ?? null, ...priceOf(record['price_fen']) }
}

/** The records of what was marked, one for each item. An unmarked item is none. */
export function itemRecords(lines: readonly ItemLine[], occurred_at: string): (Record<string, unknown> & { occurred_at: string })[] {
  return lines
    .filter(({ outcome }) => outcome !== 'open')
    .map(({ code, outcome, minutes, reason, price_fen }) => ({
      item_code: code,
      outcome,
      occurred_at,
      ...(outcome === 'done' || outcome === 'extra' ? { minutes } : { reason }),
      ...(outcome === 'extra' ? { consented: true, ...priceOf(price_fen) } : {}),
    }))
}

/** How to call the client. */
export function nameOf(visit: Visit, around: Around): string {
  return around.clients[visit.client_id]?.person.name ?? '—'
}

/** Minutes before the planned end, 0 when none are left. */
export function minutesEarly(visit: Visit, at: number): number {
  return visit.planned_to ? Math.max(0, Math.round((Date.parse(visit.planned_to) - at) / 60_000)) : 0
}
