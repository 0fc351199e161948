/** A complaint as it is written on the phone: kept while it is not sent, so that nothing typed is lost. Pure but for the store. */

import type { BodyOf, Schemas } from './api'
import { newId } from './ids'
import { forget, keep, read, StorageFull } from './platform'
import { current } from './session'

export type Complaint = Schemas['Complaint']
type Told = BodyOf<'/api/v1/complaints'>

export interface Draft {
  id: string
  to: Told['to']
  kind: Told['kind'] | ''
  text: string
}

export const KINDS = ['service_poor', 'not_coming', 'record_false', 'money_asked', 'attitude', 'payment', 'other'] as const satisfies readonly Told['kind'][]

const key = (clientId: string) => `complaint:${current()?.account_id ?? ''}:${clientId}`

/** What was begun for this client, else an empty one. The id stays over tries, so that it is one complaint. */
export function draftOf(clientId: string, at: number): Draft {
  return read<Draft>(key(clientId)) ?? { id: newId(at), to: 'agency', kind: '', text: '' }
}

export function keepDraft(clientId: string, draft: Draft): void {
  try {
    keep(key(clientId), draft)
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error // a full phone keeps it on the page only
  }
}

export function dropDraft(clientId: string): void {
  forget(key(clientId))
}

/** The complaint to send, or undefined while something lacks. Without an agency only the fund can be asked. */
export function toldOf(draft: Draft, clientId: string, agencyId: string | undefined, occurred_at: string): Told | undefined {
  const text = draft.text.trim()
  const to = agencyId ? draft.to : 'fund'
  if (!draft.kind || !text) return undefined
  return { id: draft.id, client_id: clientId, to, agency_id: to === 'agency' ? (agencyId ?? null) : null, kind: draft.kind, text, occurred_at }
}
