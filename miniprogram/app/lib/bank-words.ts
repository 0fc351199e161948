/** Where one's own bank card stands, and why a bank sent money back, in plain words. */

import { dayOf } from './clock'
import { accountState, type Account } from './family-money'
import { dayText } from './family-words'
import { fill, wording } from './texts'

const words = wording(
  {
    none: '还没有银行卡。补助要发到您本人的卡。',
    waiting: '这张卡 {day}起用，防止别人乱改。要用原来的卡，现在改回去。',
    unchecked: '户名正在核对，对上就发。',
    mismatched: '户名和您的名字不一样，请换成本人的卡。',
    good: '补助发到这张卡。',
    cameBack: '银行没有把钱转进这张卡，请换卡，或到窗口办理。',
  },
  {
    none: 'No bank card yet. The subsidy goes to a card in your own name.',
    waiting: 'This card is used from {day}, so that nobody else can change it unseen. To keep the old one, change it back now.',
    unchecked: 'The name of the holder is being checked; then it is paid.',
    mismatched: 'The holder is not you; please use a card in your own name.',
    good: 'The subsidy goes to this card.',
    cameBack: 'The bank could not pay to this card; please change it, or go to the counter.',
  },
)

export const reasonWords = wording(
  {
    name_mismatch: '户名和卡不一样',
    no_such_account: '没有这个卡号',
    account_closed: '这张卡已经销户',
    account_abnormal: '这张卡现在不能收款',
    account_frozen: '这张卡被冻结',
    bad_bank_code: '开户行号不对',
    payee_type: '这类账户不能收这笔款',
    other: '银行没有说清',
  },
  {
    name_mismatch: 'the holder is not you',
    no_such_account: 'there is no such card',
    account_closed: 'this card was closed',
    account_abnormal: 'this card cannot be paid to now',
    account_frozen: 'this card is frozen',
    bad_bank_code: 'the bank’s number is wrong',
    payee_type: 'this kind of account cannot take it',
    other: 'the bank did not say',
  },
)

export function reasonText(code: string | null): string {
  const all: Record<string, string> = reasonWords()
  return all[code ?? 'other'] ?? reasonWords().other
}

/** `isBack`: the last money came back from this card. */
export function accountText(account: Account | null, now: number, isBack = false): string {
  const state = accountState(account, now)
  const day = account?.hold_until ? dayText(dayOf(Date.parse(account.hold_until))) : ''
  return fill(words()[isBack && state !== 'mismatched' ? 'cameBack' : state], { day })
}
