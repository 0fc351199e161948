/** The record of a visit as it stood: taps, items, what was found, who decided. Pure. */

import type { Schemas } from './api'
import type { Around } from './cache'
import { timeOf } from './clock'
import { dateWord, openOf, reviewWord, whoWord, type Work } from './own-work'
import { fill, wording } from './texts'
import { dayOf } from './clock'

const words = wording(
  {
    in: '签到', out: '签退', metres: '离家约 {metres} 米', inside: '在家里', uncertain: '位置不太准', no_position: '没有位置', stale: '位置是早些时候的', other: '位置没法核对',
    done: '做了', refused: '对方不要', not_done: '没做', extra: '计划外', minutes: '{count} 分钟', found: '要核实的', settled: '已经清楚',
    accepted: '通过', refusedBy: '没有通过', escalated: '交给上一级', moved: '换人看', reopened: '重新看', said: '说明：{note}',
  },
  {
    in: 'Clock-in', out: 'Clock-out', metres: 'about {metres} m from the home', inside: 'at the home', uncertain: 'position not exact', no_position: 'no position', stale: 'an older position', other: 'position cannot be checked',
    done: 'done', refused: 'refused', not_done: 'not done', extra: 'extra', minutes: '{count} min', found: 'to be looked into', settled: 'settled',
    accepted: 'accepted', refusedBy: 'not accepted', escalated: 'passed on', moved: 'moved', reopened: 'opened again', said: 'said: {note}',
  },
)

export interface RecordLine {
  key: string
  title: string
  note: string
  value: string
}

export function tapLines(record: Schemas['Record']): RecordLine[] {
  const w = words()
  return record.taps.map(({ id, kind, occurred_at, distance_m, verdict }) => {
    const named = verdict === 'inside' || verdict === 'uncertain' || verdict === 'no_position' || verdict === 'stale' ? w[verdict] : w.other
    return { key: id, title: w[kind], value: timeOf(occurred_at), note: distance_m !== null && verdict !== 'inside' ? fill(w.metres, { metres: distance_m }) : verdict === 'outside' ? '' : named }
  })
}

export function itemLines(record: Schemas['Record'], items: Around['items']): RecordLine[] {
  return record.items.map(({ id, item_code, outcome, minutes }) => ({
    key: id,
    title: items[item_code]?.name ?? item_code,
    value: words()[outcome],
    note: minutes ? fill(words().minutes, { count: minutes }) : '',
  }))
}

export function foundLines(work: Work): RecordLine[] {
  const open = new Set(openOf(work).map(({ text }) => text))
  const texts = [...new Set(work.fact.exceptions.map(({ text }) => text))] // both taps may have the same
  return texts.map((title) => ({ key: title, title, value: '', note: open.has(title) ? words().found : words().settled }))
}

/** Each decision, the first in front, with who and why; what carers and reviewers wrote stays as it is. */
export function reviewLines(work: Work): RecordLine[] {
  const w = words()
  const deeds: Record<Schemas['Review']['decision'], string> = { accepted: w.accepted, refused: w.refusedBy, escalated: w.escalated, moved: w.moved, reopened: w.reopened }
  return work.fact.reviews.map(({ decision, reason, note, recorded_at, step }, place) => ({
    key: String(place),
    title: reason === 'appealed' ? reviewWord(reason) : `${whoWord(step)}：${deeds[decision]}`,
    value: dateWord(dayOf(Date.parse(recorded_at))),
    note: [reason === 'appealed' ? '' : reviewWord(reason), note ? fill(w.said, { note }) : ''].filter(Boolean).join('，'),
  }))
}
