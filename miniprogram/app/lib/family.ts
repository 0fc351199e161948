/** What a family carer's phone knows of a client's days, and what follows from it. Pure. */

import type { Schemas } from './api'
import { dayOf, DAY_MS } from './clock'
import type { Kept } from './outbox'

export type Terms = Schemas['CareTerms']
export type CareDay = Schemas['CareDay']
export type NoticeKind = Schemas['NoticeEntry']['kind']
/** Who fills a day in for the carer, as families say it; kept as the relation to the carer. */
export type FilledBy = 'daughter' | 'son' | 'spouse' | 'relative' | 'neighbour'
const RELATIONS: Record<FilledBy, NonNullable<CareDay['filled_by']>> = {
  daughter: 'child', son: 'child', spouse: 'spouse', relative: 'other_relative', neighbour: 'neighbour',
}
type Stay = Schemas['Stay']
type Training = Schemas['TrainingProgress']

/** All about one client that the phone takes with it; `days` are the carer's own of this month and the last. */
export interface Care {
  id: string
  name: string
  terms: Terms
  days: CareDay[]
  stays: Stay[]
  notices: Told[]
  training: Training | null
  prompts: Schemas['Prompt'][]
}

/** A stay or its end as the family told it, here or earlier. */
export interface Told {
  id: string
  kind: NoticeKind
  day: string
  state: Schemas['Notice']['state'] | 'kept'
}

export type Away = 'hospital' | 'travel' | 'institution'
export interface Pause {
  kind: Away
  since: string
  back: NoticeKind
}

const LEAVES: Partial<Record<NoticeKind, Away>> = { hospital_in: 'hospital', travel_out: 'travel', institution_in: 'institution' }
const RETURNS: Record<Away, NoticeKind> = { hospital: 'hospital_out', travel: 'travel_back', institution: 'institution_out' }

/** A day some days later. */
export function daysOn(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10)
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
}

export function daysIn(month: string): number {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0)).getUTCDate()
}

/** What was told of this client, the server's word before the phone's own. */
export function toldOf(care: Care, records: readonly Kept[]): Told[] {
  const known = new Set(care.notices.map(({ id }) => id))
  const own = records
    .filter(({ kind, id, state, record }) => kind === 'notice' && state !== 'stuck' && record['client_id'] === care.id && !known.has(id))
    .map(({ id, record, state }): Told => ({
      id,
      kind: record['kind'] as NoticeKind,
      day: String(record['day']),
      state: state === 'kept' ? 'kept' : 'open',
    }))
  return [...care.notices, ...own]
}

/** Why no care is to be logged for a day: a registered stay, or what the family told last; the day of return is at home again. */
export function pauseOn(care: Care, records: readonly Kept[], day: string): Pause | null {
  const told = toldOf(care, records).filter((each) => each.state !== 'declined' && each.day <= day && isOfStay(each.kind))
  const last = told.sort((a, b) => a.day.localeCompare(b.day) || a.id.localeCompare(b.id)).pop()
  const stay = care.stays.find((each) => each.admitted_on <= day && (!each.discharged_on || each.discharged_on > day))
  const left = last && LEAVES[last.kind]
  if (last && left && !isOver(care.stays, left, last.day)) return pause(left, last.day)
  if (!stay) return null
  return last && !left && last.day >= stay.admitted_on ? null : pause(stay.kind, stay.admitted_on)
}

function isOfStay(kind: NoticeKind): boolean {
  return kind in LEAVES || Object.values(RETURNS).includes(kind)
}

function pause(kind: Away, since: string): Pause {
  return { kind, since, back: RETURNS[kind] }
}

/** The agency entered the end of what was told, before the family told it. */
function isOver(stays: readonly Stay[], kind: Away, since: string): boolean {
  return stays.some(
    ({ kind: of, admitted_on: from, discharged_on: to }) => of === kind && to !== null && (to > since || (to === since && from === since)),
  )
}

/** The days of a month that are logged, on this phone or before. */
export function loggedDays(care: Care, records: readonly Kept[], month: string): Set<string> {
  const days = [...care.days.map(({ day }) => day), ...ownDays(care.id, records).map(({ record }) => String(record['day']))]
  return new Set(days.filter((day) => day.startsWith(month.slice(0, 7))))
}

export function isLogged(care: Care, records: readonly Kept[], day: string): boolean {
  return loggedDays(care, records, day).has(day)
}

function ownDays(clientId: string, records: readonly Kept[]): Kept[] {
  return records.filter(({ kind, state, record }) => kind === 'care_day' && state !== 'stuck' && record['client_id'] === clientId)
}

/** The tap of a day on this phone: the first coming, the last going. */
export function tapOf(clientId: string, records: readonly Kept[], day: string, kind: 'in' | 'out'): Kept | undefined {
  const taps = records.filter(
    (kept) =>
      kept.kind === 'clock_event' &&
      kept.state !== 'stuck' &&
      kept.record['client_id'] === clientId &&
      kept.record['kind'] === kind &&
      dayOf(Date.parse(kept.record.occurred_at)) === day,
  )
  return kind === 'in' ? taps[0] : taps[taps.length - 1]
}

/** Until when a day may be entered: so many hours after its midnight. */
export function lateUntil(day: string, hours: number): number {
  return Date.parse(`${daysOn(day, 1)}T00:00:00+08:00`) + hours * 3_600_000
}

/** Days before today that may still be entered and are not, the newest first; none before the task began, none away from home. */
export function missedDays(care: Care, records: readonly Kept[], now: number): string[] {
  const missed: string[] = []
  for (let day = daysOn(dayOf(now), -1); now < lateUntil(day, care.terms.late_entry_hours); day = daysOn(day, -1)) {
    const begun = care.training && care.training.began_on <= day
    if (begun && !isLogged(care, records, day) && !pauseOn(care, records, day)) missed.push(day)
  }
  return missed
}

/** The last day that somebody misses and that may still be entered, and who they are. */
export function lateDay(cares: readonly Care[], records: readonly Kept[], now: number): { day: string; cares: Care[] } | null {
  const missed = cares.map((care) => ({ care, days: missedDays(care, records, now) }))
  const day = missed.flatMap(({ days }) => days.slice(0, 1)).sort().pop()
  return day ? { day, cares: missed.filter(({ days }) => days.includes(day)).map(({ care }) => care) } : null
}

export type Stage = 'paused' | 'done' | 'begun' | 'open'

/** What is to be done for a client today. What was logged counts, also on the day of a stay. */
export function stageOf(care: Care, records: readonly Kept[], now: number): Stage {
  const today = dayOf(now)
  if (isLogged(care, records, today)) return 'done'
  if (pauseOn(care, records, today)) return 'paused'
  return tapOf(care.id, records, today, 'in') ? 'begun' : 'open'
}

/** The prompt that may be answered now, the first to close in front; one that closed is not spoken of. */
export function promptOf(care: Care, now: number): Care['prompts'][number] | null {
  const open = care.prompts.filter(({ opens_at, closes_at }) => Date.parse(opens_at) <= now && now < Date.parse(closes_at))
  return open.sort((a, b) => a.closes_at.localeCompare(b.closes_at))[0] ?? null
}

/** What the last logged day held, to be ticked again by one tap. */
export function lastItems(care: Care, records: readonly Kept[], before: string): string[] {
  const own = ownDays(care.id, records).map(({ record }) => ({ day: String(record['day']), items: record['items'] as CareDay['items'] }))
  const all = [...care.days, ...own].filter(({ day, items }) => day < before && items.length)
  return all.sort((a, b) => a.day.localeCompare(b.day)).pop()?.items.map(({ item_code }) => item_code) ?? []
}

/** What a family carer may do, those of last time in front. */
export function itemsFor(catalogue: readonly Schemas['ServiceItem'][], last: readonly string[]): { code: string; name: string }[] {
  const rank = (code: string) => (last.includes(code) ? 0 : 1)
  return catalogue
    .filter(({ is_active, category, staff_kinds }) => is_active && category === 'basic_life_care' && staff_kinds.includes('family'))
    .map(({ code, name }) => ({ code, name }))
    .sort((a, b) => rank(a.code) - rank(b.code))
}

/** What was filled in of a day and is not logged yet; it survives the end of the app. */
export interface Draft {
  codes: string[]
  condition: Condition | null
  note: string
  filledBy: FilledBy | null
  photos: string[]
}
export type Condition = 'same' | 'better' | 'worse'
export const EMPTY: Draft = { codes: [], condition: null, note: '', filledBy: null, photos: [] }

/** The note that is kept: how the client was, then the carer's own words. */
export function noteOf(condition: string | null, note: string): string | null {
  return [condition ?? '', note.trim()].filter(Boolean).join(' ').slice(0, 1000) || null
}

/** The record of a day. The taps it names may reach the server before it or after. */
export function dayRecord(
  care: { id: string },
  day: string,
  { codes, filledBy }: Draft,
  more: { note: string | null; occurred_at: string; inId: string | null; outId: string | null },
): Record<string, unknown> & { occurred_at: string } {
  return {
    client_id: care.id,
    day,
    in_event_id: more.inId,
    out_event_id: more.outId,
    items: codes.map((item_code) => ({ item_code })),
    note: more.note,
    ...(filledBy ? { filled_by: RELATIONS[filledBy] } : {}),
    occurred_at: more.occurred_at,
  }
}

/** Why a day cannot be logged now; null when it can. */
export function whyNotLogged(care: Care, records: readonly Kept[], day: string, now: number): 'logged' | 'ahead' | 'late' | null {
  if (isLogged(care, records, day)) return 'logged'
  if (day > dayOf(now)) return 'ahead'
  return now < lateUntil(day, care.terms.late_entry_hours) ? null : 'late'
}
