import { get } from '../../lib/api'
import { lastSeen, seen } from '../../lib/cache'
import { dayOf, now, partsOf } from '../../lib/clock'
import { isLogged, loggedDays, missedDays, type Care } from '../../lib/family'
import { family } from '../../lib/family-care'
import { dayText, familyWords } from '../../lib/family-words'
import { squaresOf, type Square } from '../../lib/family-money'
import { records } from '../../lib/outbox'
import { yuanOf } from '../../lib/months'
import { isLoggedIn, show } from '../../lib/page'
import { open, title } from '../../lib/platform'
import { common, fill, wording } from '../../lib/texts'

const words = wording(
  {
    explain: '补充说明',
    explainNote: '写一句，审核的人能看到',
    title: '本月日历',
    month: '{year}年{month}月',
    sum: '计发 {paid} 天，已记 {logged} 天',
    amount: '本月补助 {yuan} 元',
    before: '上个月',
    after: '下个月',
    why: '还没有计发的日子',
    whyNot: '没有计发的日子',
    allPaid: '到今天都计发了',
    nothing: '这个月还没有记录',
    logIt: '补记 {day}',
    logToday: '记今天',
    openText: '还没有记，现在可以记。',
    keptText: '记好了，等后台核对。',
    promise: '每天的结果以月底核算为准。',
    tapped: '{day}：{text}',
  },
  {
    explain: 'Explain',
    explainNote: 'The reviewer reads it',
    title: 'This month',
    month: '{month}/{year}',
    sum: 'Days paid: {paid}, logged: {logged}',
    amount: 'Subsidy of this month: {yuan} yuan',
    before: 'Last month',
    after: 'Next month',
    why: 'Days not paid so far',
    whyNot: 'Days that are not paid',
    allPaid: 'All days so far are paid',
    nothing: 'Nothing recorded this month',
    logIt: 'Log {day}',
    logToday: 'Log today',
    openText: 'Not logged; you can log it now.',
    keptText: 'Logged; the server is still to check.',
    promise: 'What counts is the sum at the end of the month.',
    tapped: '{day}: {text}',
  },
)

interface Month {
  days: Parameters<typeof squaresOf>[1]
  amountFen: number | null
}

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    client: '',
    month: '',
    name: '',
    head: '',
    sum: '',
    amount: '',
    listTitle: '',
    isNow: true,
    weekdays: [] as string[],
    squares: [] as Square[],
    chosen: null as { day: string; text: string; log: string; reviewed: string } | null,
    unpaid: [] as { day: string; name: string; text: string }[],
    keyTexts: [] as { tone: string; text: string }[],
  },

  /** Care days that people look into, by their day. */
  reviewed: new Map<string, string>(),

  onLoad({ client = '', month = '' }: Record<string, string | undefined>) {
    this.setData({ client, month: month || `${dayOf(now()).slice(0, 7)}-01` })
  },
  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const { client, month } = this.data
      const cares = lastSeen<Care[]>('family') ?? (await family())
      const care = cares.value.find(({ id }) => id === client)
      const found = await seen(`family-month:${client}:${month}`, () => monthOf(client, month))
      return { data: care ? this.shaped(care, month, found.value) : {}, seen: found }
    })
  },

  shaped(care: Care, month: string, { days, amountFen }: Month) {
    this.reviewed = new Map(days.flatMap(({ day, rule, record_id }) => (rule === 'in_review' && record_id ? [[day, record_id] as const] : [])))
    const kept = records()
    const today = dayOf(now())
    const open = new Set([...missedDays(care, kept, now()), ...(isLogged(care, kept, today) ? [] : [today])])
    const logged = loggedDays(care, kept, month)
    const squares = squaresOf(month, days, { today, kept: logged, open, openText: words().openText, keptText: words().keptText })
    const paid = squares.filter(({ tone }) => tone === 'paid').length
    const unpaid = squares.filter(({ tone }) => tone === 'not' || tone === 'wait')
    const names = common().weekdays.includes(',') ? common().weekdays.split(',') : [...common().weekdays]
    const keys = familyWords()
    return {
      name: care.name,
      head: fill(words().month, { year: month.slice(0, 4), month: partsOf(month).month }),
      sum: fill(words().sum, { paid, logged: logged.size }),
      listTitle: unpaid.length ? (amountFen === null ? words().why : words().whyNot) : paid ? words().allPaid : words().nothing,
      amount: amountFen === null ? '' : fill(words().amount, { yuan: yuanOf(amountFen) }),
      isNow: month.slice(0, 7) === today.slice(0, 7),
      weekdays: [...names.slice(1), names[0] ?? ''],
      squares,
      chosen: null,
      unpaid: unpaid.map(({ day, text }) => ({ day, name: dayText(day), text })),
      keyTexts: [
        { tone: '✓', text: keys.paid },
        { tone: '…', text: keys.wait },
        { tone: '–', text: keys.not },
        { tone: '+', text: keys.open },
      ],
    }
  },

  choose({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const square = this.data.squares.find(({ day }) => day === currentTarget.dataset['day'])
    if (!square?.text) return
    const text = fill(words().tapped, { day: dayText(square.day), text: square.text })
    const isToday = square.day === dayOf(now())
    const log = square.tone !== 'open' ? '' : isToday ? words().logToday : fill(words().logIt, { day: dayText(square.day) })
    this.setData({ chosen: { day: square.day, text, log, reviewed: this.reviewed.get(square.day) ?? '' } })
  },
  explain() {
    open(`/pages/remark/index?id=${this.data.chosen?.reviewed ?? ''}`)
  },
  logDay() {
    open(`/pages/care-day/index?client=${this.data.client}&day=${this.data.chosen?.day ?? ''}`)
  },
  turn({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const { month } = this.data
    const by = Number(currentTarget.dataset['by'])
    const next = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)) - 1 + by, 1)).toISOString().slice(0, 10)
    this.setData({ month: next })
    void this.load()
  },
})

/** The days as they stand, and what the month came to once it was computed. */
async function monthOf(client: string, month: string): Promise<Month> {
  const [running, computed] = await Promise.all([
    get('/api/v1/clients/{client_id}/family-month', { path: { client_id: client }, query: { month } }),
    get('/api/v1/subsidies', { query: { client_id: client, limit: 100 } }),
  ])
  const own = running.items[0]
  const last = computed.items.filter((each) => each.month === month && each.carer_id === own?.carer_id).sort((a, b) => a.seq - b.seq)
  return { days: own?.days ?? [], amountFen: last.pop()?.amount_fen ?? null }
}
