/** What became of a family carer's day, where a visit is told by its minutes. Pure. */

import type { Standing } from './own-work'
import { fill, wording } from './texts'

type Judged = Extract<Standing, 'accepted' | 'appeal_won' | 'rejected' | 'lost'>

const words = wording<Judged>(
  {
    accepted: '{name}家，{day}的照护，已算进 {month} 月。',
    appeal_won: '{day}那天已改为通过，算进 {month} 月。原来的决定和您的说明都留着。',
    rejected: '原因：{reason}。决定人：{who}。这一天现在不计发。您觉得不对，{until} 前可以申诉，会换一个人再看。',
    lost: '原因：{reason}。决定人：{who}。这一天不计发。申诉看过了，或者申诉的日子过了。',
  },
  {
    accepted: '{name}, the care of {day}, counted in month {month}.',
    appeal_won: 'The day {day} is accepted now, counted in month {month}. The first decision and your words are kept.',
    rejected: 'Why: {reason}. Decided by: {who}. This day is not paid now. If you think it is wrong, appeal by {until}; somebody else will look.',
    lost: 'Why: {reason}. Decided by: {who}. This day is not paid. The appeal was looked at, or its days are over.',
  },
)

/** The words of a day that was judged; null where it is told like a visit. */
export function dayBody(standing: Standing, values: Record<'name' | 'day' | 'reason' | 'who' | 'until', string> & { month: number }): string | null {
  const texts: Partial<Record<Standing, string>> = words()
  const text = texts[standing]
  return text ? fill(text, values) : null
}
