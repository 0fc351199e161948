/** What the phone takes with it: read from the server when there is one, else as it was last. */

import { getAll, getIfChanged, isNoAnswer, isRefused, type Schemas } from './api'
import { dayOf, now } from './clock'
import { forget, keepIfRoom, keysFrom, onFull, onFullAtLast, read } from './platform'
import { current } from './session'

/** A value, when it was read, and whether that was just now. */
export interface Seen<T> {
  value: T
  at: number
  isFresh: boolean
}

interface Stored {
  value: unknown
  at: number
}

/** What visits need besides themselves, by id. */
export interface Around {
  clients: Record<string, Schemas['Client']>
  plans: Record<string, Schemas['CarePlan']>
  items: Record<string, Schemas['ServiceItem']>
}

export type Visit = Schemas['Visit']

/** What one role sees is no matter of another's, not of the same person's either. */
function key(name: string): string {
  const session = current()
  return `cache:${session?.account_id ?? ''}:${session?.grant.id ?? ''}:${name}`
}

const ANSWER_WITHIN_MS = 5_000

/** What a visit without a network needs goes last. */
const NEEDED = /:(visits|around|cards|rating-terms)$/
onFull(() => drop((name) => !NEEDED.test(name)))
onFullAtLast(() => drop(() => true))

function drop(which: (key: string) => boolean): void {
  for (const each of keysFrom('cache:')) if (which(each)) forget(each)
}

/** The last value that was seen, without asking. */
export function lastSeen<T>(name: string): Seen<T> | undefined {
  const stored = read<Stored>(key(name))
  return stored && { value: stored.value as T, at: stored.at, isFresh: false }
}

/**
 * Ask; where no answer comes, or not soon, give what was seen last: nobody waits at a door for a server that is down.
 * Throws when there is neither, and what the server refuses.
 */
export async function seen<T>(name: string, ask: () => Promise<T>): Promise<Seen<T>> {
  const last = lastSeen<T>(name)
  const own = key(name)
  const asked = ask().then((value) => store(own, value, own === key(name)))
  try {
    return await (last ? Promise.race([asked, after(ANSWER_WITHIN_MS, last)]) : asked)
  } catch (error) {
    if (last && (isNoAnswer(error) || (isRefused(error) && error.isPassing))) return last
    throw error
  } finally {
    asked.catch(() => undefined) // one that came too late is told by the next
  }
}

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms))
}

interface Snapshot {
  items: Visit[]
  etag: string | undefined
}

/** The visits of today and the next three days, also those of today that are over, the first to begin in front. */
export async function visits(): Promise<Seen<Visit[]>> {
  const before = lastSeen<Snapshot>('visits')?.value
  const found = await seen<Snapshot>('visits', async () => {
    const open = await getIfChanged('/api/v1/visits/snapshot', before?.etag)
    if (!open) return before ?? { items: [], etag: undefined }
    const today = dayOf(now())
    const ofToday = await getAll('/api/v1/visits', { query: { day_from: today, day_to: today } })
    return { items: merged(open.value.items, ofToday), etag: open.etag }
  })
  return { ...found, value: found.value.items }
}

/** Both lists as one, each visit once, in order of time. Pure. */
export function merged(...lists: readonly (readonly Visit[])[]): Visit[] {
  const all = Object.values(byKey(lists.flat(), ({ id }) => id))
  return all.sort((a, b) => beginOf(a) - beginOf(b) || a.id.localeCompare(b.id))
}

export function beginOf(visit: Visit): number {
  return Date.parse(visit.planned_from ?? visit.began_at ?? '')
}

/** Clients, plans and the catalogue. */
export async function around(): Promise<Seen<Around>> {
  return seen('around', async () => {
    const [clients, items] = await Promise.all([getAll('/api/v1/clients'), getAll('/api/v1/service-items')])
    const lists = await Promise.all(clients.map(({ id }) => plansOf(id)))
    return {
      clients: byKey(clients, ({ id }) => id),
      plans: byKey(lists.flat(), ({ id }) => id),
      items: byKey(items, ({ code }) => code),
    }
  })
}

function plansOf(clientId: string): Promise<Schemas['CarePlan'][]> {
  return getAll('/api/v1/clients/{client_id}/care-plans', { path: { client_id: clientId } })
}

function byKey<T>(values: readonly T[], of: (value: T) => string): Record<string, T> {
  return Object.fromEntries(values.map((value) => [of(value), value]))
}

/** An answer that came when somebody else, or nobody, was logged in is not kept. */
function store<T>(own: string, value: T, isOwn: boolean): Seen<T> {
  const at = now()
  // No room: what was read is shown all the same, and not known the next time without a network.
  if (isOwn) keepIfRoom(own, { value, at } satisfies Stored)
  return { value, at, isFresh: true }
}
