import { get, getAll } from '../../lib/api'
import { accountText, reasonText } from '../../lib/bank-words'
import { lastSeen, seen } from '../../lib/cache'
import { now } from '../../lib/clock'
import { daysIn, type Care } from '../../lib/family'
import { cameBack, payoutLine, retried, type Account, type Payout, type PayoutLine } from '../../lib/family-money'
import { dayText, monthText } from '../../lib/family-words'
import type { Schemas } from '../../lib/api'
import { yuanOf } from '../../lib/months'
import { isLoggedIn, show } from '../../lib/page'
import { open, title } from '../../lib/platform'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '补助和银行卡',
    card: '收款的银行卡',
    change: '换卡',
    add: '填银行卡',
    why: '看原因',
    days: '看每天',
    none: '还没有发过补助',
    noneText: '一个月过完、核算好以后，这里就会出现。',
    month: '{month} 月补助 {yuan} 元',
    due: '正在核算和审核，最晚 {day}发。',
    nothing: '{month} 月没有可发的补助',
    retried: '银行退回过，已经重新发。',
    remind: '退回了，微信提醒我',
    changed: '原因：{reason}。钱还在，没有丢。您换了尾号 {tail} 的卡，卡能用了就重新发，不用再去办理。',
  },
  {
    title: 'Subsidy and bank card',
    card: 'The card it goes to',
    change: 'Change the card',
    add: 'Enter a card',
    why: 'See why',
    days: 'See each day',
    none: 'No subsidy yet',
    noneText: 'It appears here once a month is over and computed.',
    month: '{month}: {yuan} yuan',
    due: 'Being computed and reviewed; sent by {day} at the latest.',
    nothing: 'Nothing to pay for {month}',
    retried: 'It came back once and was sent again.',
    remind: 'Tell me by WeChat when it comes back',
    changed: 'Why: {reason}. The money is safe. You named the card ending in {tail}; once it can be used the money is sent again, nothing else to do.',
  },
)

interface Money {
  payouts: Payout[]
  months: Schemas['Subsidy'][]
  account: Account | null
  holdDays: number
}
type Line = PayoutLine & { name: string; month: string; client: string; action: string }

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    lines: [] as Line[],
    account: null as { number: string; bank: string; text: string } | null,
    accountText: '',
  },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const found = await seen('family-money', moneyOf)
      const { account, holdDays, payouts } = found.value
      return {
        data: {
          lines: linesOf(found.value, holdDays),
          account: account && { number: account.number, bank: account.bank_name ?? '' },
          accountText: accountText(account, now(), cameBack(payouts, account)),
        },
        seen: found,
      }
    })
  },

  act({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const line = this.data.lines.find(({ id }) => id === currentTarget.dataset['id'])
    if (line?.deed === 'why') open(`/pages/month/index?client=${line.client}&month=${line.month}`)
    else this.changeCard()
  },
  changeCard() {
    open('/pages/bank-account/index')
  },
  openReminders() {
    open('/pages/reminders/index')
  },
})

async function moneyOf(): Promise<Money> {
  const [payouts, months, own] = await Promise.all([
    getAll('/api/v1/payouts'),
    getAll('/api/v1/subsidies'),
    get('/api/v1/bank-accounts/own'),
  ])
  return { payouts, months, account: own.account, holdDays: own.hold_days }
}

/** Payments, the newest first, and before them the months that were computed and are not paid yet. */
function linesOf({ payouts, months, account }: Money, holdDays: number): Line[] {
  const again = retried(payouts)
  const names = new Map((lastSeen<Care[]>('family')?.value ?? []).map(({ id, name }) => [id, name]))
  const byId = new Map(months.map((each) => [each.id, each]))
  const lines = payouts.map((payout): Line => {
    const month = byId.get(payout.subsidy_id)
    const line = payoutLine(payout, {
      daysLess: month ? daysIn(payout.month) - month.days_paid : 0,
      isRetried: again.has(payout.id),
      holdDays,
      reason: reasonText(payout.reason_code),
      account,
      monthText: fill(words().month, { month: monthText(payout.month), yuan: yuanOf(payout.amount_fen) }),
      retriedText: words().retried,
      changedText: fill(words().changed, { reason: reasonText(payout.reason_code), tail: account?.number.slice(-4) ?? '' }),
    })
    const action = line.deed === 'why' ? words().why : line.deed === 'change' ? words().change : ''
    return { ...line, month: payout.month, client: payout.client_id, name: names.get(payout.client_id) ?? '', action }
  })
  const paidFor = new Set(payouts.map(({ subsidy_id }) => subsidy_id))
  const replaced = new Set(months.map(({ supersedes_id }) => supersedes_id))
  const due = months.filter(({ id, payout_state: state }) => !paidFor.has(id) && !replaced.has(id) && !state).map((month) => dueLine(month, names))
  return [...due.reverse(), ...lines.reverse()]
}

function dueLine(month: Schemas['Subsidy'], names: ReadonlyMap<string, string>): Line {
  const values = { month: monthText(month.month), yuan: yuanOf(month.payable_fen) }
  const isNothing = month.payable_fen <= 0
  return {
    id: month.id,
    subsidyId: month.id,
    title: fill(isNothing ? words().nothing : words().month, values),
    text: isNothing ? '' : fill(words().due, { day: dayText(month.pay_by) }),
    tone: 'info',
    deed: 'why',
    month: month.month,
    client: month.client_id,
    name: names.get(month.client_id) ?? '',
    action: words().days,
  }
}
