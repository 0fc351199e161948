/** A report of what happened to a client. */

import { isNoAnswer, isRefused, post, type Schemas } from './api'
import { find, type Content } from './outbox'
import { around, type Seen, type Visit } from './cache'
import { clientName } from './client-names'
import { DAY_MS, iso, now, phoneNow, timeOf } from './clock'
import { momentOf } from './correcting'
import { family } from './family-care'
import { newId } from './ids'
import { role } from './session'
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

/** Whom one can report about: as the pages of a day know them, so that it works without a network. */
export async function clientsToReport(): Promise<Seen<{ id: string; name: string }[]>> {
  if (role() === 'family_carer') {
    const cares = await family()
    return { ...cares, value: cares.value.map(({ id, name }) => ({ id, name })) }
  }
  const about = await around()
  return { ...about, value: Object.values(about.value.clients).map(({ id }) => ({ id, name: clientName(id, about.value) })) }
}

/** A report begun now, of the visit that is on; its time is the server's, as the day it is sent by. */
export function freshIncident(clients: readonly { id: string }[], visit: Pick<Visit, 'id' | 'client_id'> | undefined): IncidentDraft {
  const clientId = visit?.client_id ?? (clients.length === 1 ? (clients[0]?.id ?? '') : '')
  return { id: newId(phoneNow()), kind: '', clientId, visitId: visit?.id ?? null, time: timeOf(now()), happened: '', place: '', done: '' }
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

/** Whether no agency was told of a report that was sent: asked again under its id, which changes nothing. Then somebody has to ring. */
export async function isHeardByNobody(id: string): Promise<boolean> {
  const kept = find(id)
  if (!kept) return false
  try {
    const { agency_ids } = await post('/api/v1/incidents', kept.record as unknown as Schemas['IncidentTold'])
    return agency_ids.length === 0
  } catch (error) {
    if (isNoAnswer(error) || isRefused(error)) return false
    throw error
  }
}
