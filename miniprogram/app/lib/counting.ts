/** Whether the phone and the server hold the same, and what people make of it. */

import { get, isRefused, type Schemas } from './api'
import { dayOf, now } from './clock'
import { change, find, prune, records, tell, type Kept, type Kind, type State } from './outbox'
import { current } from './session'

const HELD: readonly State[] = ['sent', 'in_review', 'accepted', 'not_accepted']

/** What the phone and the server hold of the records of a day made in this role, kind by kind. */
export interface Counts {
  phone: number
  server: number
  missing: number
}

type Counted = Exclude<keyof Schemas['SentCounts'], 'photo_contents'>
const COUNTED: Record<Kind, Counted> = {
  clock_in: 'clock_events',
  clock_out: 'clock_events',
  clock_event: 'clock_events',
  item: 'items',
  care_day: 'care_days',
  photo: 'photos',
  checks: 'checks',
  attempt: 'attempts',
  stated_end: 'statements',
  confirmation: 'statements',
  help_call: 'help_calls',
  shift_note: 'shift_notes',
  incident: 'incidents',
  notice: 'notices',
  vital_signs: 'vital_signs',
  away_word: 'away_words',
  tag_scan: 'tag_scans',
  remark: 'remarks',
  rating: 'ratings',
}
const KINDS = [...new Set(Object.values(COUNTED))]

/** Compare the day's counts with the server's. Records that it should hold and does not are kept again, to be sent. */
export async function compare(day: string = dayOf(now())): Promise<Counts> {
  const role = current()?.grant.id
  const isOurs = ({ grant }: Kept) => grant === undefined || grant === role // the server counts by role
  const ofDay = records().filter((kept) => isOurs(kept) && dayOf(Date.parse(kept.record.occurred_at)) === day)
  const server = await get('/api/v1/sent-records', { query: { day_from: day, day_to: day } })
  const result = counted(ofDay, server)
  for (const kept of ofDay) {
    if (result.short.includes(COUNTED[kept.kind]) && HELD.includes(kept.state)) change(kept.id, { state: 'kept' })
  }
  if (result.short.length) tell()
  return result
}

/** The sum of both sides, and the kinds of which the server has fewer. It has more where another phone or role told some: those
 * are no matter of this phone. Pure. */
export function counted(kept: readonly Kept[], server: Schemas['SentCounts']): Counts & { short: Counted[] } {
  const phone = (kind: Counted) => kept.filter((each) => COUNTED[each.kind] === kind && each.state !== 'stuck').length
  const held = (kind: Counted) => kept.filter((each) => COUNTED[each.kind] === kind && HELD.includes(each.state)).length
  const sum = (of: (kind: Counted) => number) => KINDS.reduce((total, kind) => total + of(kind), 0)
  return {
    phone: sum(phone),
    server: sum((kind) => Math.min(server[kind], phone(kind))),
    missing: sum((kind) => Math.max(0, phone(kind) - server[kind])),
    short: KINDS.filter((kind) => server[kind] < held(kind)),
  }
}

/** Ask what became of the visits and care days whose records were sent. */
export async function review(): Promise<void> {
  const open = records().filter((kept) => ['sent', 'in_review'].includes(kept.state))
  const facts = new Set(open.map(factOf).filter((id) => id !== null))
  for (const id of facts) {
    const state = await standing(id)
    if (!state) continue
    for (const kept of open) if (factOf(kept) === id && find(kept.id)?.state === kept.state) change(kept.id, { state })
  }
  prune()
  tell()
}

/** Undefined where this role may not read it, or it is not judged yet. */
async function standing(id: string): Promise<State | undefined> {
  try {
    return stateOf((await get('/api/v1/facts/{fact_id}', { path: { fact_id: id } })).standing)
  } catch (error) {
    if (isRefused(error) && !error.isPassing) return undefined
    throw error
  }
}

function factOf(kept: Kept): string | null {
  return kept.kind === 'care_day' ? kept.id : kept.visitId
}

/** What a fact's standing makes of its records. Pure. */
export function stateOf(stands: Schemas['Fact']['standing']): State {
  return ({ open: 'sent', held: 'in_review', accepted: 'accepted', refused: 'not_accepted' } as const)[stands]
}
