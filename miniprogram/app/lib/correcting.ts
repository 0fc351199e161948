/** A request to correct the record of a visit: never a change by itself, people answer it. */

import type { BodyOf, Schemas } from './api'
import { DAY_MS, iso, timeOf } from './clock'
import { wording } from './texts'

export type Correction = Schemas['Correction']
export type Kind = Correction['kind']
export type Reason = Correction['reason']

/** At most six, as WeChat's list takes; the server knows more. */
export const REASONS: readonly Reason[] = ['forgot', 'no_network', 'phone_failed', 'entry_error', 'service_elsewhere', 'other']
const LONGEST = 500

export const reasonWords = wording<(typeof REASONS)[number] | 'in_out_swapped'>(
  Object.fromEntries(Object.entries({
    forgot: '忘了点', no_network: '没有网', phone_failed: '手机坏了或没电', entry_error: '点错了、填错了', service_elsewhere: '不在登记的地址服务', other: '其他', in_out_swapped: '签到签退点反了',
  })) as Record<Reason, string>,
  Object.fromEntries(Object.entries({
    forgot: 'Forgot to tap', no_network: 'No network', phone_failed: 'Phone broken or empty', entry_error: 'Tapped or typed wrongly', service_elsewhere: 'Care elsewhere than registered', other: 'Another reason', in_out_swapped: 'In and out swapped',
  })) as Record<Reason, string>,
)

export const correctionStates = wording<Correction['state']>(
  { open: '更正申请在等答复', granted: '更正申请通过了', declined: '更正申请没有通过' },
  { open: 'your correction waits for an answer', granted: 'your correction was granted', declined: 'your correction was declined' },
)

export interface CorrectionDraft {
  id: string
  kind: Kind
  reason: Reason | ''
  /** Local times of day, 09:02. */
  from: string
  to: string
  note: string
}

export type RecordOf = Pick<Schemas['Record'], 'service_on' | 'began_at' | 'ended_at'>

export function draftOf(record: RecordOf, id: string): CorrectionDraft {
  return { id, kind: 'times', reason: '', from: record.began_at ? timeOf(record.began_at) : '', to: record.ended_at ? timeOf(record.ended_at) : '', note: '' }
}

/** What is missing, wrong or the same as before; undefined when it may be asked for. Pure. */
export function correctionLacks(of: CorrectionDraft, record: RecordOf): 'times' | 'order' | 'same' | 'reason' | 'note' | undefined {
  if (of.kind === 'swapped') return undefined
  return timesLack(of, draftOf(record, '')) ?? reasonLacks(of)
}

function timesLack({ from, to }: CorrectionDraft, before: CorrectionDraft): 'times' | 'order' | 'same' | undefined {
  if (!from || !to) return 'times'
  if (from === to) return 'order'
  return from === before.from && to === before.to ? 'same' : undefined
}

function reasonLacks({ reason, note }: CorrectionDraft): 'reason' | 'note' | undefined {
  if (!reason) return 'reason'
  return reason === 'other' && !note.trim() ? 'note' : undefined
}

/** The request as the server takes it. An end before the begin is past midnight. A time that was not touched keeps its seconds. Pure. */
export function correctionBody(of: CorrectionDraft, visitId: string, record: RecordOf): BodyOf<'/api/v1/correction-requests'> {
  const isTimes = of.kind === 'times'
  return {
    id: of.id,
    visit_id: visitId,
    kind: of.kind,
    reason: of.kind === 'swapped' ? 'in_out_swapped' : of.reason || 'other',
    note: of.note.trim().slice(0, LONGEST) || null,
    items: [],
    began_at: isTimes ? kept(of.from, record.began_at) ?? momentOf(of.from, record.service_on) : null,
    ended_at: isTimes ? kept(of.to, record.ended_at) ?? momentOf(of.to, record.service_on, of.from) : null,
  }
}

function kept(time: string, before: string | null): string | null {
  return before && timeOf(before) === time ? before : null
}

/** The instant of a local time of day; one before `begin` is on the next day. Pure. */
export function momentOf(time: string, day: string, begin = ''): string {
  return iso(Date.parse(`${day}T${time}:00+08:00`) + (time < begin ? DAY_MS : 0))
}
