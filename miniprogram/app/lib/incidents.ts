/** A report of what happened to a client. */

import { isNoAnswer, isRefused, post, type Schemas } from './api'
import { find, type Content } from './outbox'
import { DAY_MS, iso } from './clock'
import { momentOf } from './correcting'
import { wording } from './texts'

export type IncidentKind = Schemas['IncidentTold']['kind']
export const KINDS: readonly IncidentKind[] = ['fall', 'injury', 'pressure_sore', 'lost_way', 'medicine', 'abuse_suspected', 'other']
const LONGEST = 500

export const incidentWords = wording<IncidentKind>(
  { fall: '跌倒', injury: '受伤', pressure_sore: '压疮', lost_way: '走失', medicine: '吃错药、漏药', abuse_suspected: '怀疑受虐待', other: '其他' },
  { fall: 'A fall', injury: 'An injury', pressure_sore: 'A pressure sore', lost_way: 'Lost the way', medicine: 'Medicine wrong or missed', abuse_suspected: 'Ill-treatment suspected', other: 'Something else' },
)

export interface IncidentDraft {
  id: string
  kind: IncidentKind | ''
  clientId: string
  visitId: string | null
  /** Local time of day, 09:02; the day is that of the report. */
  time: string
  happened: string
  place: string
  done: string
}

/** What is missing before it can be told: the first of them, or undefined. Pure. */
export function incidentLacks(of: IncidentDraft): 'client' | 'kind' | 'happened' | undefined {
  if (!of.clientId) return 'client'
  if (!of.kind) return 'kind'
  return of.happened.trim() ? undefined : 'happened'
}

/** The record as the server takes it. Pure. */
export function incidentRecord(of: IncidentDraft, occurred_at: string): Content {
  const text = (value: string) => value.trim().slice(0, LONGEST) || null
  return {
    id: of.id,
    kind: of.kind,
    client_id: of.clientId,
    visit_id: of.visitId,
    occurred_at,
    texts: { happened: text(of.happened), place: text(of.place), done: text(of.done) },
  }
}

/** The instant of a time of day; one later than now was yesterday's. Pure. */
export function instantOf(time: string, today: string, now: number): string {
  const at = Date.parse(momentOf(time, today))
  return iso(at > now ? at - DAY_MS : at)
}

export type Heard = 'kept' | 'stuck' | 'nobody' | 'told'

/** Who heard of it: told again under its id, which changes nothing. Without an agency somebody has to ring. */
export async function incidentHeard(id: string): Promise<Heard> {
  const kept = find(id)
  if (!kept || kept.state === 'kept') return 'kept'
  if (kept.state === 'stuck') return 'stuck'
  try {
    const { agency_ids } = await post('/api/v1/incidents', kept.record as unknown as Schemas['IncidentTold'])
    return agency_ids.length ? 'told' : 'nobody'
  } catch (error) {
    if (isNoAnswer(error) || isRefused(error)) return 'told'
    throw error
  }
}
