/** What was typed and not sent yet: it outlives the page and the app. */

import { forget, keep, read, StorageFull } from './platform'
import { current } from './session'

function key(name: string): string {
  return `draft:${current()?.account_id ?? ''}:${name}`
}

export function draft<T>(name: string): T | undefined {
  return read<T>(key(name))
}

export function keepDraft(name: string, value: unknown): void {
  try {
    keep(key(name), value)
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error // a full phone keeps it on the page only
  }
}

export function forgetDraft(name: string): void {
  forget(key(name))
}
