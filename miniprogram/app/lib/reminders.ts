/** Reminders by WeChat: what is asked for at a tap, and how each kind stands. Pure. */

import type { Schemas } from './api'
import { DAY_MS, dayOf } from './clock'
import type { DialogAnswer } from './platform'
import { fill, wording } from './texts'

export type Subscription = Schemas['Subscription']
export type TemplateAnswer = Schemas['TemplateAnswer']

/** WeChat asks about so many at once. */
export const MOST = 3
/** Who refused is left alone so long; the page of reminders asks at any time. */
const REFUSED_FOR_MS = 7 * DAY_MS

/** The templates to ask for at a tap of work: those without a message left, once a day, and nobody who said no lately. */
export function toAsk(items: readonly Subscription[], at: number, askedOn: string | undefined): string[] {
  if (askedOn === dayOf(at)) return []
  return items.filter((each) => each.left === 0 && !isRefusedLately(each, at)).slice(0, MOST).map(({ template_id }) => template_id)
}

function isRefusedLately({ answer, answered_at }: Subscription, at: number): boolean {
  if (answer === 'ban') return true
  return answer === 'reject' && answered_at !== null && at - Date.parse(answered_at) < REFUSED_FOR_MS
}

/** What the server is told of a dialog: each answer under an id of its own. */
export function answersOf(results: Readonly<Record<string, DialogAnswer>>, makeId: () => string): TemplateAnswer[] {
  return Object.entries(results).map(([template_id, answer]) => ({ id: makeId(), template_id, answer }))
}

const words = wording(
  {
    clock_out_overdue: '忘了签退的时候', work_refused: '有一次没通过的时候', payout_returned: '补助被银行退回的时候', confirmation_waiting: '有服务等我确认的时候',
    on: '开着', off: '没开', left: '微信还会发 {count} 次', none: '点下面的按钮打开', refused: '上次您点了不要', banned: '微信现在不让发这一种',
  },
  {
    clock_out_overdue: 'When I forgot to clock out', work_refused: 'When a visit was not accepted', payout_returned: 'When the bank sent a subsidy back', confirmation_waiting: 'When a visit waits for my word',
    on: 'on', off: 'off', left: 'WeChat will send {count} more', none: 'use the button below', refused: 'you said no the last time', banned: 'WeChat does not allow this kind now',
  },
)

/** One kind as the page shows it. */
export function lineOf({ kind, left, answer }: Subscription): { kind: string; title: string; note: string; tag: string; tone: string } {
  const w = words()
  const off = answer === 'ban' ? w.banned : answer === 'reject' ? w.refused : w.none
  return { kind, title: w[kind], note: left > 0 ? fill(w.left, { count: left }) : off, tag: left > 0 ? w.on : w.off, tone: left > 0 ? 'good' : 'plain' }
}
