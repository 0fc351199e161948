/** The phone's clock, and how far it is from the server's. The only place that reads it. */

import { keepIfRoom, read } from './platform'

const KEY = 'clock:skew'
const WRONG_FROM_MS = 5 * 60_000
const ZONE_MS = 8 * 3_600_000 // every region of the product keeps Beijing time
export const DAY_MS = 86_400_000

/** Now by the phone, milliseconds. What a record says of itself. */
export function phoneNow(): number {
  return Date.now()
}

/** An instant as the server reads it. */
export function iso(ms: number): string {
  return new Date(ms).toISOString()
}

/** Take the server's time from the `Date` of an answer; `sent` and `came` are the phone's. */
export function learn(header: string | undefined, sent: number, came: number): void {
  const server = header ? Date.parse(header) : NaN
  if (Number.isNaN(server)) return
  keepIfRoom(KEY, Math.round((sent + came) / 2 - server - 500)) // the header has whole seconds
}

/** How far the phone is ahead of the server, milliseconds; 0 when it never heard from it. */
export function skewMs(): number {
  return read<number>(KEY) ?? 0
}

/** Whole minutes the phone is wrong by, negative when it is slow; 0 when it is right enough. */
export function minutesWrong(skew: number = skewMs()): number {
  return Math.abs(skew) < WRONG_FROM_MS ? 0 : Math.round(skew / 60_000)
}

/** Now by the server. What a page counts days and deadlines by. */
export function now(): number {
  return phoneNow() - skewMs()
}

/** The local day of an instant: 2026-01-31. */
export function dayOf(ms: number): string {
  return new Date(ms + ZONE_MS).toISOString().slice(0, 10)
}

/** The local time of day: 09:02. */
export function timeOf(at: number | string): string {
  const ms = typeof at === 'string' ? Date.parse(at) : at
  return new Date(ms + ZONE_MS).toISOString().slice(11, 16)
}

/** A day for people: { month: 1, day: 31, weekday: 6 } (0 is Sunday). */
export function partsOf(day: string): { month: number; day: number; weekday: number } {
  const date = new Date(`${day}T00:00:00Z`)
  return { month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay() }
}
