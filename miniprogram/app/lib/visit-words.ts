/** How the questions about a visit, their answers and a rating are called. */

import type { Outcome, Question } from './confirming'
import { wording } from './texts'

/** Of each question: what is asked, yes, no. */
export const questionWords = wording<`${Question}Ask` | `${Question}Yes` | `${Question}No` | 'unknown' | 'absent'>(
  {
    serviceAsk: '护理员来做服务了吗？',
    serviceYes: '来了，做了',
    serviceNo: '没有来，或者没有做',
    timesAsk: '时间对吗？',
    timesYes: '对',
    timesNo: '不对',
    itemsAsk: '这些都做了吗？',
    itemsYes: '都做了',
    itemsNo: '有没做的',
    signAsk: '请签个名',
    signYes: '签好了，发出',
    signNo: '不签名，直接发出',
    unknown: '不清楚',
    absent: '我当时不在',
  },
  {
    serviceAsk: 'Did the carer come and do the service?',
    serviceYes: 'Yes, came and did it',
    serviceNo: 'Did not come, or did not do it',
    timesAsk: 'Are the times right?',
    timesYes: 'Right',
    timesNo: 'Not right',
    itemsAsk: 'Was all of this done?',
    itemsYes: 'All done',
    itemsNo: 'Not all',
    signAsk: 'Please sign',
    signYes: 'Signed, send it',
    signNo: 'Send it without a signature',
    unknown: 'I do not know',
    absent: 'I was not there',
  },
)

/** What became of the guardian's word: is it recorded, what now. */
export const outcomeWords = wording<Outcome | `${Outcome}Text`>(
  {
    confirmed: '确认好了',
    confirmedText: '谢谢您。您说的护理员看不到。',
    denied: '您说的记下了',
    deniedText: '医保经办机构会有人核实，可能打电话问您。您说的护理员看不到。',
    itemsDenied: '您说的记下了',
    itemsDeniedText: '会有人核实没做的项目。您说的护理员看不到。',
    absent: '知道了，您当时不在',
    absentText: '这不算确认，也不算否认，由别的记录来说明。',
    unsure: '您说的记下了',
    unsureText: '不清楚的，由别的记录来说明。',
  },
  {
    confirmed: 'Confirmed',
    confirmedText: 'Thank you. The carer does not see what you said.',
    denied: 'What you said is recorded',
    deniedText: 'Somebody at the fund looks into it and may call you. The carer does not see what you said.',
    itemsDenied: 'What you said is recorded',
    itemsDeniedText: 'Somebody looks into what was not done. The carer does not see what you said.',
    absent: 'Understood, you were not there',
    absentText: 'This confirms nothing and denies nothing; other records speak for the visit.',
    unsure: 'What you said is recorded',
    unsureText: 'What you do not know is shown by other records.',
  },
)

export const scoreWords = wording<'5' | '4' | '3' | '2' | '1'>(
  { 5: '很满意', 4: '满意', 3: '一般', 2: '不满意', 1: '很不满意' },
  { 5: 'Very good', 4: 'Good', 3: 'Fair', 2: 'Poor', 1: 'Very poor' },
)

export const reasonWords = wording(
  {
    came_late: '来得晚',
    left_early: '走得早',
    items_lacking: '有项目没做',
    careless: '做得不仔细',
    impolite: '态度不好',
    asked_for_money: '另外要钱',
    other: '别的原因',
  },
  {
    came_late: 'Came late',
    left_early: 'Left early',
    items_lacking: 'Things were left out',
    careless: 'Careless work',
    impolite: 'Impolite',
    asked_for_money: 'Asked for money',
    other: 'Something else',
  },
)

/** What became of an item of the plan. */
export const itemWords = wording(
  { done: '做了', refused: '没要', not_done: '没做', extra: '计划外，自费' },
  { done: 'done', refused: 'declined', not_done: 'not done', extra: 'beside the plan, paid by yourself' },
)
