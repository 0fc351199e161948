/** Months of a list: which is shown, and what its lines come to. Pure. */

import type { Schemas } from './api'
import { dayOf, DAY_MS } from './clock'

export type Service = Schemas['Service']

/** The first day of the month that lies so many months from a day's. */
export function monthOf(day: string, ahead = 0): string {
  const months = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + ahead
  return `${String(Math.floor(months / 12)).padStart(4, '0')}-${String((months % 12) + 1).padStart(2, '0')}-01`
}

/** The last day of a month that is not after today: whose agreement its money is of. */
export function lastDayOf(month: string, today: string): string {
  const last = dayOf(Date.parse(`${monthOf(month, 1)}T00:00:00+08:00`) - DAY_MS)
  return last < today ? last : today
}

/** How many visits and minutes, how many of them accepted, and how many wait. */
export function totalOf(services: readonly Service[]): { visits: number; minutes: number; accepted: number; waiting: number } {
  const sum = (of: (service: Service) => number) => services.reduce((total, service) => total + of(service), 0)
  return {
    visits: services.length,
    minutes: sum(({ minutes }) => minutes),
    accepted: sum(({ accepted_minutes }) => accepted_minutes ?? 0),
    waiting: services.filter(({ accepted_minutes }) => accepted_minutes === null).length,
  }
}

/** Fen of an amount typed in yuan; undefined when it is no amount of money. */
export function fenOf(text: string): number | undefined {
  const found = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(text.trim())
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : undefined
}

/** Yuan of fen, exact: 700, 12.50. */
export function yuanOf(fen: number): string {
  const text = `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`
  return text.endsWith('.00') ? text.slice(0, -3) : text
}
