/** Visits of the people in one's care: days around today, each visit's record, and how to call a time of day. */

import { get, getAll, type Schemas } from './api'
import { seen, type Seen, type Visit } from './cache'
import { dayOf, DAY_MS, now, partsOf, timeOf } from './clock'
import { common, dayName, fill, wording } from './texts'

const DAYS = 3
const PREFETCHED = 5

export type VisitRecord = Schemas['Record']

const words = wording(
  { beside: '{minutes}，计划外项目的时间不算在内' },
  { beside: '{minutes}, without the time of what was beside the plan' },
)

/** Visits of the last and the next three days, whatever became of them. */
export function visitsAround(): Promise<Seen<Visit[]>> {
  const day = (ahead: number) => dayOf(now() + ahead * DAY_MS)
  return seen('visits-around', () => getAll('/api/v1/visits', { query: { day_from: day(-DAYS), day_to: day(DAYS) } }))
}

/** A visit of any day; read offline when it was read before. */
export function visitOf(id: string): Promise<Seen<Visit>> {
  return seen(`visit:${id}`, () => get('/api/v1/visits/{visit_id}', { path: { visit_id: id } }))
}

/** What was tapped and done. */
export function recordOf(id: string): Promise<Seen<VisitRecord>> {
  return seen(`record:${id}`, () => get('/api/v1/visits/{visit_id}/record', { path: { visit_id: id } }))
}

/** Who has a task at the client, by id; the names are masked. */
export async function carersOf(clientId: string): Promise<Record<string, string>> {
  const path = { client_id: clientId }
  const found = await seen(`carers:${clientId}`, () => get('/api/v1/clients/{client_id}/carers', { path }))
  return Object.fromEntries(found.value.items.map(({ carer_id, name }) => [carer_id, name]))
}

/** How items of the catalogue are called, by code. */
export async function itemNames(): Promise<Record<string, string>> {
  const found = await seen('item-names', () => getAll('/api/v1/service-items'))
  return Object.fromEntries(found.value.map(({ code, name }) => [code, name]))
}

/** What will be asked about is on the phone before it is opened, also without a network. */
export function prefetch(visits: readonly Visit[]): void {
  const quietly = (work: Promise<unknown>) => void work.catch(() => undefined)
  if (visits.length) quietly(itemNames())
  for (const { id } of visits.slice(0, PREFETCHED)) {
    quietly(visitOf(id))
    quietly(recordOf(id))
  }
}

/** 今天, 明天, 昨天 is a date: 10月1日 周四. Pure but for the language. */
export function dayWords(day: string, today: string): string {
  return dayName(partsOf(day), Math.round((Date.parse(day) - Date.parse(today)) / DAY_MS))
}

/** 09:00–10:00, one end where the other is missing. */
export function span(from: string | null, to: string | null): string {
  return [from, to].map((each) => (each ? timeOf(each) : '?')).join('–')
}

/** When a visit is, or was: its own times, else those planned. */
export function timesOf(visit: Visit): { day: string; span: string } {
  const from = visit.began_at ?? visit.planned_from
  const to = visit.began_at ? visit.ended_at : visit.planned_to
  return { day: dayOf(Date.parse(from ?? '')), span: span(from, to) }
}

export function minutesText(count: number): string {
  return fill(common().minutes, { count })
}

/** The minutes that count, and why they are fewer than somebody was there. */
export function countedText({ minutes, items }: { minutes: number; items: readonly { outcome: string }[] }): string {
  const counted = minutesText(minutes)
  return items.some(({ outcome }) => outcome === 'extra') ? fill(words().beside, { minutes: counted }) : counted
}
