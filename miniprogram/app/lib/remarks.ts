/** A carer's own words on what is looked into: kept on the phone, sent, read by who decides. Pure but for `addRemark`. */

import type { Schemas } from './api'
import { dayOf, iso, phoneNow, timeOf } from './clock'
import { add, type Added, type Kept } from './outbox'
import { reasonOf } from './outbox-told'
import { dateWord, type Work } from './own-work'
import { STATE_TONES, stateWords } from './record-words'
import { wording } from './texts'

export type RemarkKind = Schemas['RemarkTold']['kind']
export const LONGEST = 500

const words = wording({ read: '审核的人能看到' }, { read: 'the reviewer can read it' })

/** Keep it; it is sent where there is a network. */
export function addRemark(factId: string, kind: RemarkKind, text: string): Added {
  return add('remark', { fact_id: factId, kind, text: text.trim().slice(0, LONGEST), occurred_at: iso(phoneNow()) })
}

export interface RemarkLine {
  key: string
  text: string
  note: string
  state: string
  tone: string
}

/** What was said of a visit: what the server holds, then what is still on this phone, the last said last. */
export function remarkLines(work: Pick<Work, 'fact' | 'remarks'>, kept: readonly Kept[]): RemarkLine[] {
  const held = new Set(work.remarks.map(({ id }) => id))
  const when = (at: string) => `${dateWord(dayOf(Date.parse(at)))} ${timeOf(at)}`
  const read = work.remarks
    .filter(({ text }) => text !== null)
    .map(({ id, text, occurred_at }) => ({ key: id, text: text ?? '', note: when(occurred_at), state: words().read, tone: 'good' }))
  const ours = kept.filter(({ id, kind, record }) => kind === 'remark' && record['fact_id'] === work.fact.id && !held.has(id))
  return [
    ...read,
    ...ours.map((each) => ({
      key: each.id,
      text: String(each.record['text']),
      note: [when(each.record.occurred_at), reasonOf(each)].join(' ').trim(),
      state: stateWords()[each.state],
      tone: STATE_TONES[each.state],
    })),
  ]
}
