/** What the visit page draws, and reads for it. */

import { get, isNoAnswer, isRefused, type Schemas } from '../../lib/api'
import type { Visit } from '../../lib/cache'
import { dayOf, iso, now, partsOf, timeOf } from '../../lib/clock'
import { likelyEnd, stopOf, type Deed } from '../../lib/door'
import { daysBetween } from '../../lib/family'
import { records, type Added, type Code, type Kept, type Kind } from '../../lib/outbox'
import { confirm } from '../../lib/platform'
import { STATE_TONES, stateWords } from '../../lib/record-words'
import { told } from '../../lib/states'
import type { Tapped } from '../../lib/tapping'
import { common, dayName, fill, wording } from '../../lib/texts'
import { tappedAt, type ItemLine } from '../../lib/visits'
import { reasonWord, words } from './words'

const ofAnotherDay = wording(
  { title: '这是{planned}的服务', text: '今天就做吗？现在签到也记得下来，机构会核实。', yes: '签到' },
  { title: 'This visit is for {planned}', text: 'Is it done today? Clocking in now is recorded; the agency looks into it.', yes: 'Yes' },
)

export function shownLines(lines: readonly ItemLine[]) {
  return lines.map((line) => ({
    ...line,
    note: fill(words().minutes, { count: line.minutes }),
    why: line.outcome === 'extra' ? words().isExtra : line.reason ? reasonWord(line.reason) : '',
    outcome: line.outcome,
  }))
}

/** How many days ahead a visit is planned; 0 for one of today, of a day before, or that nobody planned. */
export function daysAhead({ planned_from: from }: Visit, at: number): number {
  return from ? Math.max(0, daysBetween(dayOf(at), dayOf(Date.parse(from)))) : 0
}

/** 09:00–10:00; of a day to come with the day. */
export function plannedText(visit: Visit, at: number): string {
  const { planned_from: from, planned_to: to } = visit
  if (!from || !to) return ''
  const ahead = daysAhead(visit, at)
  const time = `${timeOf(from)}–${timeOf(to)}`
  return ahead ? `${dayName(partsOf(dayOf(Date.parse(from))), ahead)} ${time}` : time
}

/** A visit of a day to come is asked about before; the day may have been changed by word of mouth. */
export async function isMeant(visit: Visit): Promise<boolean> {
  if (!daysAhead(visit, now())) return true
  const { title, text, yes } = ofAnotherDay()
  return confirm(fill(title, { planned: plannedText(visit, now()) }), text, yes, common().cancel)
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

/** Of a visit that she has not left: when she came and most likely left, and on what day. */
export function openValues(visit: Visit, kept: readonly Kept[], at: number): { day: string; time: string; end: string } {
  const today = dayOf(at)
  const day = dayOf(Date.parse(visit.planned_from ?? '') || at)
  return {
    day: daysBetween(day, today) === 1 ? words().yesterday : monthDay(day),
    time: timeOf(tappedAt(visit, kept, 'clock_in') ?? visit.planned_from ?? iso(at)),
    end: timeOf(likelyEnd(visit, kept, at)),
  }
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

/** What is said of a record that was just made, where there was room for it. */
export function ifKept({ saved }: Added, text: string): string {
  return saved ? text : common().storageFull
}

/** The button with which the service begins. */
export function toWork(): [string, Deed] {
  return [told('inside', { time: '', name: '' }).actions[0] ?? '', 'next']
}
