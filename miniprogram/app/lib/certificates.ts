/** A carer's certificates and how long each is good. Pure. */

import type { Schemas } from './api'
import { DAY_MS } from './clock'
import { dateWord } from './own-work'
import { fill, wording } from './texts'

type Certificate = Schemas['Certificate']
export type Validity = 'ended' | 'ending' | 'good' | 'not_yet'

const WARN_DAYS = 30 // as the message that reminds of it

const words = wording(
  { ended: '已过期', ending: '还有 {days} 天', last: '最后一天', good: '有效', not_yet: '还没开始', until: '到 {year}年{day}', endless: '没有期限' },
  { ended: 'ended', ending: '{days} days left', last: 'last day', good: 'valid', not_yet: 'not begun', until: 'until {day}/{year}', endless: 'no end' },
)

const kinds: () => Record<string, string> = wording(
  { long_term_care: '长期照护师', elderly_care: '养老护理员', medical_care: '医疗护理员', nurse: '护士', health: '健康证明', other: '其他证书' },
  { long_term_care: 'Long-term carer', elderly_care: 'Carer for the elderly', medical_care: 'Medical carer', nurse: 'Nurse', health: 'Health certificate', other: 'Another certificate' },
)

/** `valid_to` is the first day on which it is good no more. */
export function validityOf({ valid_from, valid_to }: Certificate, today: string): Validity {
  if (today < valid_from) return 'not_yet'
  if (valid_to === null) return 'good'
  if (today >= valid_to) return 'ended'
  return daysLeft(valid_to, today) <= WARN_DAYS ? 'ending' : 'good'
}

function daysLeft(valid_to: string, today: string): number {
  return Math.round((Date.parse(valid_to) - Date.parse(today)) / DAY_MS)
}

const TONES: Record<Validity, string> = { ended: 'bad', ending: 'wait', good: 'good', not_yet: 'plain' }

export function certificateLine(of: Certificate, today: string) {
  const validity = validityOf(of, today)
  const left = of.valid_to === null ? 0 : daysLeft(of.valid_to, today)
  const w = words()
  const last = of.valid_to === null ? '' : new Date(Date.parse(of.valid_to) - DAY_MS).toISOString().slice(0, 10)
  return {
    id: of.id,
    title: kinds()[of.kind] ?? of.kind,
    note: [of.number, last ? fill(w.until, { year: last.slice(0, 4), day: dateWord(last) }) : w.endless].join(' · '),
    tag: validity === 'ending' && left > 1 ? fill(w.ending, { days: left - 1 }) : validity === 'ending' ? w.last : w[validity],
    tone: TONES[validity],
    validity,
  }
}
