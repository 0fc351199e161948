/** What the page of a family carer's day says. */

import { timeOf } from './clock'
import { tapOf, type Care } from './family'
import { accuracy, placeOf } from './geo'
import { records, type Code } from './outbox'
import type { PhoneFix } from './platform'
import { becameTold, type Became, type BecameTold } from './sending'
import { told } from './states'
import { fill, wording } from './texts'

export const dayWords = wording(
  {
    title: '记照护',
    inAt: '{time} 签到',
    metres: '±{metres} 米',
    inside: '±{metres} 米，在家里',
    uncertain: '±{metres} 米，位置不太准',
    outside: '离登记的地址有点远，会有人核实',
    noPlace: '没有位置，时间记下了',
    noPlaceText: '没有拿到位置。时间已经记下，可以接着记；打开定位，少一次核实。',
    openSettings: '打开定位',
    late: '补记 {day}。那天没有签到，会有人核实。',
    again: '和上次一样',
    items: '做了什么',
    more: '还有 {count} 项',
    condition: '人怎么样',
    same: '和平常一样',
    better: '比平常好',
    worse: '不太好',
    note: '想说的话，可以不写',
    photos: '照片',
    addPhoto: '拍照',
    by: '谁在填',
    byProxy: '由{who}代填',
    save: '记好了',
    nothing: '请先勾一项做了的事',
    logged: '这一天已经记好了',
    ahead: '这一天还没到',
    lateOver: '这一天补记的时间过了',
    lateOverText: '请打电话给机构或医保中心，说明原因。',
    gone: '这位不在您的名下。',
    home: '回首页',
    next: '记{name}',
    kept: '没有网，已存在手机里。有网时打开一次这个小程序就会发出去。',
    keptNoAnswer: '后台还没有回答，已存在手机里，会自动发出去。',
    photoLost: '有照片没存住，请再拍一次。',
  },
  {
    title: 'Log a day',
    inAt: 'in at {time}',
    metres: '±{metres} m',
    inside: '±{metres} m, inside',
    uncertain: '±{metres} m, not quite sure',
    outside: 'a little away from the address; somebody will check',
    noPlace: 'no position; the time is recorded',
    noPlaceText: 'There is no position. The time is recorded and you can go on; with location on, less is checked.',
    openSettings: 'Switch on location',
    late: 'For {day}. No clock-in then, so somebody will check.',
    again: 'Same as last time',
    items: 'What was done',
    more: '{count} more',
    condition: 'How is the person',
    same: 'as usual',
    better: 'better',
    worse: 'not so well',
    note: 'Anything to say; may be left empty',
    photos: 'Photos',
    addPhoto: 'Photo',
    by: 'Filled in by',
    byProxy: 'filled in by the {who}',
    save: 'Done',
    nothing: 'Please tick something that was done',
    logged: 'This day is recorded',
    ahead: 'This day is still to come',
    lateOver: 'The time to add this day is over',
    lateOverText: 'Please call the agency or the fund and say why.',
    gone: 'This person is not in your care.',
    home: 'Home',
    next: 'Log {name}',
    kept: 'No network; kept on this phone. Open this app once where there is one and it is sent.',
    keptNoAnswer: 'The server has not answered yet; it is kept on this phone and sent by itself.',
    photoLost: 'A photo was not kept; please take it again.',
  },
)

/** What is said of a day that was just logged; `late` names one before today. Recorded only where phone or server holds it. */
export function loggedTold(became: Became, values: { count: number; days: number }, late: string, refusal: string): BecameTold {
  const w = dayWords()
  const { title, body } = told('dayDone', values)
  const sent = { title: late ? `${late} ${w.save}` : title, text: body }
  if (became === 'noNet' || became === 'noAnswer') return { tone: 'good', ...sent, text: `${body}\n${became === 'noNet' ? w.kept : w.keptNoAnswer}` }
  return becameTold(became, sent, refusal)
}

/** 20:01 签到 · ±12 米. */
export function tapText(care: Care, day: string): string {
  const came = tapOf(care.id, records(), day, 'in')
  if (!came) return ''
  const fix = (came.record['fix'] as PhoneFix | undefined) ?? null
  const place = placeText(fix, came.answer?.exceptions)
  return `${fill(dayWords().inAt, { time: timeOf(came.record.occurred_at) })} · ${place}`
}

/** What the phone says of the place, until the server has said what it makes of it. */
function placeText(fix: PhoneFix | null, codes: Code[] | undefined): string {
  const metres = accuracy(fix)
  if (metres === undefined) return dayWords().noPlace
  const place = codes ? placeOf(codes, fix) : 'metres'
  return place === 'none' ? dayWords().noPlace : fill(dayWords()[place === 'approximate' ? 'uncertain' : place], { metres })
}
