/** A carer's own time, as hours. Pure. */

import type { Schemas } from './api'
import { dateWord } from './own-work'
import { fill, wording } from './texts'
import { DAY_MS, partsOf } from './clock'

export type Hours = Schemas['OwnHours']

const words = wording(
  { both: '{hours} 小时 {minutes} 分', hours: '{hours} 小时', minutes: '{minutes} 分钟', week: '{first}–{last}', month: '{month}月', visits: '{count} 次' },
  { both: '{hours} h {minutes} min', hours: '{hours} h', minutes: '{minutes} min', week: '{first}–{last}', month: 'month {month}', visits: 'visits: {count}' },
)

/** 61 → 1 小时 1 分 */
export function hoursWord(total: number): string {
  const [hours, minutes] = [Math.floor(total / 60), total % 60]
  if (!hours) return fill(words().minutes, { minutes })
  return fill(minutes ? words().both : words().hours, { hours, minutes })
}

export interface HoursLine {
  key: string
  name: string
  visits: string
  accepted: string
  in_review: string
  refused: string
  /** Parts of what was done, in hundredths, for a bar. */
  shares: { accepted: number; in_review: number; refused: number }
}

export function hoursLine(of: Hours, by: 'week' | 'month'): HoursLine {
  const sum = of.accepted_minutes + of.in_review_minutes + of.refused_minutes
  const share = (minutes: number) => (sum ? Math.round((minutes / sum) * 100) : 0)
  return {
    key: of.first,
    name: by === 'month' ? fill(words().month, { month: partsOf(of.first).month }) : fill(words().week, { first: dateWord(of.first), last: dateWord(before(of.beyond)) }),
    visits: fill(words().visits, { count: of.visits }),
    accepted: hoursWord(of.accepted_minutes),
    in_review: hoursWord(of.in_review_minutes),
    refused: hoursWord(of.refused_minutes),
    shares: { accepted: share(of.accepted_minutes), in_review: share(of.in_review_minutes), refused: share(of.refused_minutes) },
  }
}

function before(day: string): string {
  return new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10)
}
