/** A family's month in squares and its payments in words. Pure. */

import type { Schemas } from './api'
import { partsOf } from './clock'
import { daysIn } from './family'
import { monthText } from './family-words'
import { yuanOf } from './months'
import { told } from './states'

type RunningDay = Schemas['RunningDay']
export type Payout = Schemas['FamilyPayout']
export type Account = Schemas['BankAccount']

/** A square of the calendar: paid, waiting, not paid, still to come, or to be logged. */
export interface Square {
  day: string
  number: string
  tone: 'paid' | 'wait' | 'not' | 'open' | 'ahead' | 'none'
  mark: string
  text: string
}

const MARKS: Record<Square['tone'], string> = { paid: '✓', wait: '…', not: '–', open: '+', ahead: '', none: '' }
const WAITS: readonly RunningDay['rule'][] = ['in_review']
const UNPROVEN: readonly RunningDay['rule'][] = ['no_record']

/** The month from Monday to Sunday. `kept` are days logged on this phone that the server has not judged; `open` may still be logged. */
export function squaresOf(
  month: string,
  days: readonly RunningDay[],
  more: { today: string; kept: ReadonlySet<string>; open: ReadonlySet<string>; openText: string; keptText: string },
): Square[] {
  const known = new Map(days.map((each) => [each.day, each]))
  const first = (partsOf(`${month.slice(0, 7)}-01`).weekday + 6) % 7
  const blank = Array.from({ length: first }, (_, place): Square => ({ day: `none-${place}`, number: '', tone: 'none', mark: '', text: '' }))
  const squares = Array.from({ length: daysIn(month) }, (_, place): Square => {
    const day = `${month.slice(0, 7)}-${String(place + 1).padStart(2, '0')}`
    const { tone, text } = squareOf(day, known.get(day), more)
    return { day, number: String(place + 1), tone, mark: MARKS[tone], text }
  })
  return [...blank, ...squares]
}

function squareOf(
  day: string,
  line: RunningDay | undefined,
  more: Parameters<typeof squaresOf>[2],
): { tone: Square['tone']; text: string } {
  if (day > more.today) return { tone: 'ahead', text: '' }
  const isUnproven = !line || UNPROVEN.includes(line.rule)
  if (isUnproven && more.kept.has(day)) return { tone: 'wait', text: more.keptText }
  if (isUnproven && more.open.has(day)) return { tone: 'open', text: more.openText }
  if (!line) return { tone: 'none', text: '' }
  if (line.is_paid) return { tone: 'paid', text: line.text }
  return { tone: WAITS.includes(line.rule) ? 'wait' : 'not', text: line.text }
}

const CAME_BACK: readonly Payout['state'][] = ['failed', 'returned']
const OURS_TO_MEND: readonly string[] = ['file_refused'] // the bank sent the whole batch back: nothing is asked of the family

export interface PayoutLine {
  id: string
  subsidyId: string
  title: string
  text: string
  tone: 'good' | 'warn' | 'info'
  deed: 'why' | 'change' | null
}

/** What is said of a payment. `daysLess`: days of its month that are not paid; `isRetried`: sent again since; `account`: the card of now. */
export function payoutLine(
  payout: Payout,
  more: { daysLess: number; isRetried: boolean; holdDays: number; reason: string; account: Account | null; monthText: string; retriedText: string; changedText: string },
): PayoutLine {
  const { id, subsidy_id: subsidyId } = payout
  const plain = { id, subsidyId, title: more.monthText, text: payout.text, tone: 'info', deed: null } as const
  if (payout.state === 'paid') {
    const values = {
      month: monthText(payout.month),
      yuan: yuanOf(payout.amount_fen),
      tail: payout.payee_account.slice(-4),
      name: payout.holder_name,
      days: more.daysLess,
    }
    const { title, body } = told('paid', values)
    return { id, subsidyId, title, text: more.daysLess ? body : withoutLast(body), tone: 'good', deed: more.daysLess ? 'why' : null }
  }
  if (!CAME_BACK.includes(payout.state) || OURS_TO_MEND.includes(payout.reason_code ?? '')) return plain
  if (more.isRetried) return { ...plain, text: more.retriedText }
  const { title, body } = told('returned', { reason: more.reason, place: payout.counter, days: more.holdDays })
  return more.account && !cameBack([payout], more.account) ? { ...plain, title, text: more.changedText } : { id, subsidyId, title, text: body, tone: 'warn', deed: 'change' }
}

/** A text without its last sentence. */
export function withoutLast(text: string): string {
  return text.replace(/[^。.]+[。.]\s*$/, '').trim()
}

/** Whether the money of a payment came back from the card of now, and nothing was sent since: another card is needed. */
export function cameBack(payouts: readonly Payout[], account: Account | null): boolean {
  const again = retried(payouts)
  return payouts.some(
    ({ id, state, reason_code, payee_account }) =>
      CAME_BACK.includes(state) && !OURS_TO_MEND.includes(reason_code ?? '') && !again.has(id) && payee_account.slice(-4) === account?.number.slice(-4),
  )
}

/** Payments sent again since they came back: a later one of the same month stands beside them. */
export function retried(payouts: readonly Payout[]): Set<string> {
  return new Set(
    payouts
      .filter(({ id, subsidy_id, state }) => CAME_BACK.includes(state) && payouts.some((later) => later.subsidy_id === subsidy_id && later.id > id))
      .map(({ id }) => id),
  )
}

/** Where one's own account stands: waiting, its holder not compared yet, another's, or good. */
export function accountState(account: Account | null, now: number): 'none' | 'mismatched' | 'waiting' | 'unchecked' | 'good' {
  if (!account) return 'none'
  if (account.name_check === 'mismatched') return 'mismatched'
  if (account.hold_until && Date.parse(account.hold_until) > now) return 'waiting'
  return account.name_check === 'matched' ? 'good' : 'unchecked'
}

/** What is still to be typed of a new account; the server checks the rest. */
export function missingOf(number: string, bankCode: string): 'numberMissing' | 'codeMissing' | null {
  if (!/^\d{12,30}$/.test(number.replace(/\s/g, ''))) return 'numberMissing'
  return /^\d{12}$/.test(bankCode.replace(/\s/g, '')) ? null : 'codeMissing'
}
