/** Words that several pages of a family carer need. */

import { partsOf, timeOf, dayOf } from './clock'
import { daysBetween, daysOn, type Care, type FilledBy, type Pause } from './family'
import { told, type Told } from './states'
import { fill, wording } from './texts'

export const familyWords = wording(
  {
    day: '{month}月{day}日',
    months: '1,2,3,4,5,6,7,8,9,10,11,12',
    travelTitle: '外出的日子先停',
    travelText: '从 {day} 起停发，回来后点一下“回来了”就接着记。',
    institutionTitle: '住机构的日子先停',
    institutionText: '从 {day} 起停发，回家后点一下“回家了”就接着记。',
    hospital_out: '出院了',
    travel_back: '回来了',
    institution_out: '回家了',
    missedOther: '{day} 还没记',
    missedUntil: '可以补到 {day} {time}。住院、外出的日子请选原因，不用补。',
    formalTitle: '已转为正式',
    formalText: '从 {day} 起算补助。',
    trainingOther: '最早 {formal} 转为正式，从 {day} 起算补助。',
    paid: '计发',
    wait: '等结果',
    not: '不计发',
    open: '可以记',
  },
  {
    day: '{day}/{month}',
    months: 'January,February,March,April,May,June,July,August,September,October,November,December',
    travelTitle: 'Days away pause',
    travelText: 'Paused from {day}; tap “Back home” afterwards and go on.',
    institutionTitle: 'Days in an institution pause',
    institutionText: 'Paused from {day}; tap “Home again” afterwards and go on.',
    hospital_out: 'Discharged',
    travel_back: 'Back home',
    institution_out: 'Home again',
    missedOther: '{day} is not recorded',
    missedUntil: 'You can add it until {day} {time}. For hospital or travel choose the reason; no need to add.',
    formalTitle: 'Formal now',
    formalText: 'The subsidy counts from {day}.',
    trainingOther: 'Formal on {formal} at the earliest; the subsidy counts from {day}.',
    paid: 'paid',
    wait: 'waiting',
    not: 'not paid',
    open: 'may be logged',
  },
)

export const proxyWords = wording<FilledBy | 'self'>(
  { self: '本人', daughter: '女儿', son: '儿子', spouse: '配偶', relative: '其他家人', neighbour: '邻居' },
  { self: 'myself', daughter: 'daughter', son: 'son', spouse: 'spouse', relative: 'another relative', neighbour: 'neighbour' },
)
export const PROXIES: readonly FilledBy[] = ['daughter', 'son', 'spouse', 'relative', 'neighbour']

/** 11月20日. */
export function dayText(day: string): string {
  return fill(familyWords().day, partsOf(day))
}

/** The month as a sentence names it: 11 (月), November. */
export function monthText(month: string): string {
  return familyWords().months.split(',')[partsOf(month).month - 1] ?? ''
}

export function backWord(pause: Pause): string {
  return familyWords()[pause.back as 'hospital_out' | 'travel_back' | 'institution_out']
}

/** The days of a stay stop the subsidy. */
export function pauseTold({ kind, since }: Pause): Told {
  if (kind === 'hospital') return told('hospital', { day: dayText(since) })
  const words = familyWords()
  return { title: words[`${kind}Title`], body: fill(words[`${kind}Text`], { day: dayText(since) }), actions: [] }
}

/** A day that is not logged and still may be: in the agreed words where it is yesterday and midnight is the end. */
export function missedTold(day: string, until: number, now: number): Told {
  const today = dayOf(now)
  const isTonight = until === Date.parse(`${daysOn(today, 1)}T00:00:00+08:00`)
  const state = told('dayMissed')
  const words = familyWords()
  const title = day === daysOn(today, -1) ? state.title : fill(words.missedOther, { day: dayText(day) })
  const last = { day: dayText(dayOf(until - 1)), time: timeOf(until - 1) === '23:59' ? '24:00' : timeOf(until) }
  return { title, body: isTonight ? state.body : fill(words.missedUntil, last), actions: [] }
}

/** How far the training is; null for who is formal and paid already, or whose training is not on record. */
export function trainingTold({ training }: Care, today: string): Told | null {
  if (!training || (training.stage === 'formal' && training.counts_from <= today)) return null
  const words = familyWords()
  const day = dayText(training.counts_from)
  if (training.stage === 'formal') return { title: words.formalTitle, body: fill(words.formalText, { day }), actions: [] }
  const state = told('training', { days: Math.max(1, daysBetween(training.began_on, today) + 1), day })
  if (isTwoMonthsAndExam(training)) return state
  return { ...state, body: fill(words.trainingOther, { formal: dayText(training.formal_from), day }) }
}

/** The agreed words name two months, an exam and the first of the next month; elsewhere the days themselves are told. */
function isTwoMonthsAndExam({ began_on, formal_from, counts_from, is_exam_needed }: NonNullable<Care['training']>): boolean {
  const months = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7))
  const isNextMonth = counts_from.endsWith('-01') && months(counts_from) === months(formal_from) + 1
  return is_exam_needed && isNextMonth && daysBetween(began_on, formal_from) >= 57 && daysBetween(began_on, formal_from) <= 62
}
