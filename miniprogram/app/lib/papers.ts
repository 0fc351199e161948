/** What a guardian reads and signs: the care plan and the service agreement. Pure. */

import type { Schemas } from './api'

export type Plan = Schemas['CarePlan']
export type Agreement = Schemas['SignedAgreement']

/** The plan that waits for a word (the newest draft that is not over), and the one in force. */
export function plansNow(plans: readonly Plan[], day: string): { waiting: Plan | undefined; inForce: Plan | undefined } {
  const newest = [...plans].sort((a, b) => b.version - a.version)
  return {
    waiting: newest.find(({ confirmation, valid_to }) => confirmation === null && (valid_to === null || valid_to > day)),
    inForce: newest.find(({ is_in_force, valid_from, valid_to }) => is_in_force && valid_from <= day && (valid_to === null || valid_to > day)),
  }
}

/** Which lines of a draft are new, longer or shorter, more or less often, and which are left out, against the plan in force. */
export function changesOf(draft: Plan, before: Plan | undefined): { code: string; change: 'new' | 'changed' | 'same' | 'gone' }[] {
  if (!before) return draft.items.map(({ item_code: code }) => ({ code, change: 'same' }))
  const old = new Map(before.items.map((line) => [line.item_code, line]))
  const lines = draft.items.map((line) => {
    const was = old.get(line.item_code)
    old.delete(line.item_code)
    if (!was) return { code: line.item_code, change: 'new' as const }
    const isSame = was.minutes === line.minutes && was.times_per_week === line.times_per_week
    return { code: line.item_code, change: isSame ? ('same' as const) : ('changed' as const) }
  })
  return [...lines, ...[...old.keys()].map((code) => ({ code, change: 'gone' as const }))]
}

export type Standing = 'unsigned' | 'changed' | 'signed'

/** An agreement is signed in its present words, in older ones, or not at all. */
export function standingOf({ text, signed_version, signed_digest }: Pick<Agreement, 'text' | 'signed_version' | 'signed_digest'>): Standing {
  if (signed_version === null) return 'unsigned'
  return signed_version === text.version && signed_digest === text.digest ? 'signed' : 'changed'
}
