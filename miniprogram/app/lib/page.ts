/** What every page does the same way: its states, and where each role begins. */

import { isNoAnswer, isRefused } from './api'
import type { Seen } from './cache'
import { dayOf, now, partsOf, timeOf } from './clock'
import { current, role, type Role } from './session'
import { look } from './settings'
import { restart } from './platform'
import { common, dayName, fill } from './texts'

interface Shown {
  setData(data: Record<string, unknown>): void
}

/** The page each role opens with. */
export const HOME: Partial<Record<Role, string>> = {
  carer: '/pages/today/index',
  guardian: '/pages/guardian-home/index',
  family_carer: '/pages/family/index',
}

/** False, and the login page is opened, when nobody is logged in. First line of a page's `onShow`. */
export function isLoggedIn(): boolean {
  if (current()) return true
  restart('/pages/login/index')
  return false
}

/** False, and the own first page is opened, when this one belongs to another role: the app always opens with the carer's. */
export function isHome(page: string): boolean {
  const home = HOME[role() ?? 'carer']
  if (!home || home === page) return true
  restart(home)
  return false
}

/** The last loading of each page: the answer of an earlier one, of another month say, comes too late to be shown. */
const loading = new WeakMap<Shown, object>()

/**
 * Fill a page: `load` gives its data, with `seen` when it came through the cache. The page's `state` follows: ready,
 * offline (seen last at …), error or denied with the server's sentence; `look` are the classes of its outermost view.
 */
export async function show(page: Shown, load: () => Promise<{ data: Record<string, unknown>; seen?: Seen<unknown> }>): Promise<void> {
  const own = {}
  loading.set(page, own)
  page.setData({ look: look() })
  const shown = await shownOf(load)
  if (loading.get(page) === own) page.setData(shown)
}

async function shownOf(load: Parameters<typeof show>[1]): Promise<Record<string, unknown>> {
  try {
    const { data, seen } = await load()
    const isOld = seen !== undefined && !seen.isFresh
    const stateText = isOld ? fill(common().offlineSince, { time: whenSeen(seen.at, now()) }) : ''
    return { ...data, state: isOld ? 'offline' : 'ready', stateText }
  } catch (error) {
    return { ...failure(error) }
  }
}

/** 09:12 of today; of another day with the day before it. Pure but for the language. */
export function whenSeen(at: number, today: number): string {
  const day = dayOf(at)
  return day === dayOf(today) ? timeOf(at) : `${dayName(partsOf(day), -1)} ${timeOf(at)}`
}

/** The state of a page whose reading did not succeed. */
export function failure(error: unknown): { state: 'error' | 'denied'; stateText: string } {
  if (isNoAnswer(error)) return { state: 'error', stateText: common().unreachable }
  if (isRefused(error)) return { state: error.status === 403 ? 'denied' : 'error', stateText: error.message }
  throw error
}

/** The sentence to show for a deed that did not succeed. */
export function sentence(error: unknown): string {
  return failure(error).stateText
}
