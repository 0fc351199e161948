/** A new phone is confirmed by six digits that the agency gives: what may be sent, and what is said after a try. Pure. */

import { isNoAnswer, isRefused } from './api'
import { sentence } from './page'
import { fill, wording } from './texts'

const DIGITS = 6

const words = wording(
  {
    wrong: '数字不对，还可以再试 {count} 次。请再看一遍机构给的数字。',
    last: '数字不对，次数用完了。请打电话给机构要新的 6 位数字。',
    noNet: '没有网，还没有发出去。数字还在这里，有网时再点一次。',
    noServer: '后台没有回答。数字还在这里，过一会儿再点一次。',
    short: '请填 6 位数字。',
  },
  {
    wrong: 'These are not the digits. Tries left: {count}. Please look at them once more.',
    last: 'These are not the digits, and no try is left. Please call the agency and ask for six new ones.',
    noNet: 'No network, not sent yet. The digits are still here; tap again when there is one.',
    noServer: 'The server does not answer. The digits are still here; tap again in a while.',
    short: 'Please enter six digits.',
  },
)

/** The digits in what was typed: full-width ones are read, all between them is left out. */
export function digitsOf(typed: string): string {
  return typed.normalize('NFKC').replace(/[^0-9]/g, '').slice(0, DIGITS)
}

/** Why it is not sent yet; nothing is asked of the server, and no try is lost. */
export function lacking(digits: string): string {
  return digits.length === DIGITS ? '' : words().short
}

/** What is said when the phone was not confirmed; `isOnline` tells a silent server from no network. */
export function afterTry(error: unknown, isOnline: boolean): string {
  const w = words()
  if (isNoAnswer(error)) return isOnline ? w.noServer : w.noNet
  if (!isRefused(error, 'device_code_wrong')) return sentence(error)
  const count = Number(error.details['tries_left'])
  return count > 0 ? fill(w.wrong, { count }) : w.last
}
