import { get, getAll, isRefused, post, type Schemas } from '../../lib/api'
import { whyNotSent } from '../../lib/asking'
import { seen } from '../../lib/cache'
import { agreementOn, chosenDetail, may, ownExtent, type ClientDetail } from '../../lib/cared'
import { dayOf, now, partsOf, phoneNow } from '../../lib/clock'
import { countedText, dayWords, span } from '../../lib/guardian-visits'
import { askedOf, costOf, totalsOf, type Asked, type FeeList } from '../../lib/fees'
import { newId } from '../../lib/ids'
import { fenOf, lastDayOf, monthOf, totalOf, yuanOf, type Service } from '../../lib/months'
import { isLoggedIn, show } from '../../lib/page'
import { confirm, open, title } from '../../lib/platform'
import { fill, wording } from '../../lib/texts'
import { itemWords } from '../../lib/visit-words'

type CareDay = Schemas['CareDay']

const words = wording(
  {
    title: '做了什么、多少钱',
    month: '{year}年{month}月',
    before: '上个月',
    after: '下个月',
    visits: '上门 {count} 次',
    accepted: '已通过 {minutes} 分钟',
    waiting: '还有 {count} 次在核实',
    none: '这个月没有服务',
    noneText: '护理员来过之后，这里就会列出做了什么。',
    inReview: '核实中',
    counted: '通过 {minutes} 分钟',
    notCounted: '没有通过',
    days: '亲情照护 {count} 天',
    things: '{count} 项照护',
    payable: '已记好',
    in_review: '核实中',
    refused: '没有通过',
    second: '当天已有一条',
    feesText: '机构给您的费用清单，请和这里对一下：这里没有的，先问清楚再付钱。对不上，可以投诉。',
    shareTitle: '确认个人负担',
    shareText: '照机构给您的费用清单，填您这个月自己要付的钱。',
    listText: '这里是{month}已通过的服务。都对，就确认您要付的 {yuan} 元。',
    listOlder: '{day}您确认过 {yuan} 元。之后清单有变化，请再看一遍。',
    listDone: '您确认过了',
    listDoneText: '{month}您付 {yuan} 元。清单以后有变化，会再请您看。',
    listNotWhole: '这个月有些服务在您登记之前，这里看不到。请向机构办理。',
    yuan: '元',
    shareSend: '确认这个数',
    shareSure: '{month}您自己付 {yuan} 元，对吗？',
    yes: '对',
    no: '不对',
    shareDone: '您确认了：{month}自己付 {yuan} 元。',
    shareWrong: '请填多少元，例如 120 或 120.50。',
    shareNotYours: '您登记的权限不包括费用。需要的话，请向机构办理。',
    shareNoAgency: '现在没有机构的服务协议，不用确认。',
  },
  {
    title: 'What was done, what it costs',
    month: '{month}/{year}',
    before: 'Month before',
    after: 'Next month',
    visits: 'Visits: {count}',
    accepted: '{minutes} min accepted',
    waiting: '{count} in review',
    none: 'No services this month',
    noneText: 'After the carer was there, what was done is listed here.',
    inReview: 'in review',
    counted: '{minutes} min accepted',
    notCounted: 'not accepted',
    days: '{count} days of family care',
    things: '{count} things done',
    payable: 'recorded',
    in_review: 'in review',
    refused: 'not accepted',
    second: 'the day has one already',
    feesText: 'Compare the agency’s fee list with this page: ask before you pay for what is not here. If it differs you can complain.',
    shareTitle: 'Confirm your own share',
    shareText: 'Enter what you pay yourself this month, as on the agency’s fee list.',
    listText: 'These are the accepted visits of {month}. If all is right, confirm the {yuan} yuan you pay.',
    listOlder: 'You confirmed {yuan} yuan on {day}. The list has changed since, please look again.',
    listDone: 'You confirmed',
    listDoneText: 'You pay {yuan} yuan for {month}. If the list changes you will be asked again.',
    listNotWhole: 'Some visits of this month were before you were registered and are not shown. Please ask the agency.',
    yuan: 'yuan',
    shareSend: 'Confirm this amount',
    shareSure: 'You pay {yuan} yuan yourself for {month}, right?',
    yes: 'Yes',
    no: 'No',
    shareDone: 'You confirmed: {yuan} yuan for {month}.',
    shareWrong: 'Please enter yuan, such as 120 or 120.50.',
    shareNotYours: 'Your registered power does not cover money. If needed, please ask the agency.',
    shareNoAgency: 'There is no service agreement now; nothing to confirm.',
  },
)

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    name: '',
    ahead: 0,
    monthText: '',
    total: [] as string[],
    lines: [] as object[],
    days: [] as object[],
    daysText: '',
    sum: '',
    sumMore: '',
    asked: 'nothing' as Asked,
    askedText: '',
    older: '',
    amount: '',
    told: '',
    trouble: '',
    isBusy: false,
  },
  month: '',
  detail: undefined as ClientDetail | undefined,
  shareKey: '',
  fees: undefined as FeeList | undefined,

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const people = await chosenDetail()
      const { client, detail } = people.value
      this.detail = detail
      this.month = monthOf(dayOf(now()), this.data.ahead)
      if (!client || !detail) return { data: { lines: [], days: [], total: [] }, seen: people }
      const path = { client_id: client.id }
      const month = this.month
      const found = await seen(`services:${client.id}:${month}`, () => getAll('/api/v1/clients/{client_id}/services', { path, query: { month } }))
      const { value: fees } = await seen(`fees:${client.id}:${month}`, () => get('/api/v1/clients/{client_id}/fee-list', { path, query: { month } }))
      this.fees = fees
      const days = await careDaysOf(detail, month)
      const services = [...found.value].sort((a, b) => b.service_on.localeCompare(a.service_on) || (b.began_at ?? '').localeCompare(a.began_at ?? ''))
      return {
        data: { name: client.person.name, monthText: monthText(month), total: services.length ? totalLines(services, fees) : [], lines: services.map((each) => lineOf(each, fees)), days: days.map(dayLine), daysText: fill(words().days, { count: days.length }), ...totalsOf(fees), ...askedWords(fees, detail, month) },
        seen: found,
      }
    })
  },

  before() {
    this.turn(-1)
  },
  after() {
    if (this.data.ahead < 0) this.turn(1)
  },
  turn(by: number) {
    this.shareKey = ''
    this.setData({ ahead: this.data.ahead + by, amount: '', told: '', trouble: '' })
    void this.load()
  },
  openVisit({ currentTarget }: WechatMiniprogram.TouchEvent) {
    open(`/pages/guardian-visit/index?id=${String(currentTarget.dataset['id'])}`)
  },

  openDay({ currentTarget }: WechatMiniprogram.TouchEvent) {
    open(`/pages/guardian-receipt/index?kind=care_day&id=${String(currentTarget.dataset['id'])}`)
  },

  typed({ detail }: WechatMiniprogram.Input) {
    this.shareKey = ''
    this.setData({ amount: detail.value })
  },
  /** Money is confirmed twice: typed, and then seen again in a question. */
  async confirmShare() {
    const fen = fenOf(this.data.amount)
    const agreement = this.detail && agreementOn(this.detail, lastDayOf(this.month, dayOf(now())))
    if (fen === undefined || !agreement || !this.detail) return this.setData({ trouble: words().shareWrong })
    const values = { month: this.data.monthText, yuan: yuanOf(fen) }
    if (!(await confirm(words().shareTitle, fill(words().shareSure, values), words().yes, words().no))) return
    this.shareKey ||= newId(phoneNow())
    this.setData({ isBusy: true, trouble: '' })
    try {
      const body = { agency_id: agreement.agency_id, month: this.month, share_fen: fen, document: null, way: 'own_phone' as const }
      await post('/api/v1/clients/{client_id}/share-confirmations', body, { path: { client_id: this.detail.client.id }, key: this.shareKey })
      this.setData({ told: fill(words().shareDone, values), amount: '' })
    } catch (error) {
      this.setData({ trouble: whyNotSent(error) })
    }
    this.setData({ isBusy: false })
  },
  /** Exactly the list that was read; one that has changed since is shown anew. */
  async confirmList() {
    const { fees, detail } = this
    const fen = fees?.totals.split.personal_fen
    if (!fees || !detail || typeof fen !== 'number') return
    const values = { month: this.data.monthText, yuan: yuanOf(fen) }
    if (!(await confirm(words().shareTitle, fill(words().shareSure, values), words().yes, words().no))) return
    this.shareKey ||= newId(phoneNow())
    this.setData({ isBusy: true, trouble: '' })
    try {
      const body = { month: fees.month, digest: fees.digest }
      await post('/api/v1/clients/{client_id}/fee-list/confirmations', body, { path: { client_id: detail.client.id }, key: this.shareKey })
      await this.load()
    } catch (error) {
      this.setData({ trouble: whyNotSent(error) })
      if (isRefused(error) && error.code === 'fee_list_changed') {
        this.shareKey = ''
        await this.load()
      }
    }
    this.setData({ isBusy: false })
  },
})

function monthText(month: string): string {
  return fill(words().month, { year: month.slice(0, 4), month: partsOf(month).month })
}

function totalLines(services: readonly Service[], { totals: { in_review: waiting } }: FeeList): string[] {
  const { visits, accepted } = totalOf(services)
  const w = words()
  return [fill(w.visits, { count: visits }), fill(w.accepted, { minutes: accepted }), ...(waiting ? [fill(w.waiting, { count: waiting })] : [])]
}

function lineOf(service: Service, fees: FeeList) {
  const w = words()
  const { accepted_minutes: accepted, items } = service
  const names = (outcome: string) => items.filter((item) => item.outcome === outcome).map(({ name, item_code }) => name ?? item_code)
  const left = [...names('refused'), ...names('not_done')]
  const fee = fees.lines.find(({ visit_id }) => visit_id === service.visit_id)
  const cost = fee ? costOf(fee, names('extra')) : { cost: [], extra: '' }
  const isRefusedWork = fee?.state === 'refused'
  return {
    id: service.visit_id,
    time: `${dayWords(service.service_on, dayOf(now()))} ${span(service.began_at, service.ended_at)}`,
    done: [names('done').join('，'), ...(left.length ? [`${itemWords().not_done}：${left.join('，')}`] : [])].filter(Boolean).join('；'),
    ...cost,
    spoken: [...cost.cost, cost.extra].join('，'),
    minutes: countedText(service),
    state: isRefusedWork ? w.notCounted : accepted === null ? w.inReview : fill(w.counted, { minutes: accepted }),
    tone: isRefusedWork ? 'bad' : accepted === null ? 'wait' : 'good',
  }
}

/** Days that a relative told; nobody asks for them where no relative cares. */
async function careDaysOf(detail: ClientDetail, month: string): Promise<CareDay[]> {
  const id = detail.client.id
  if (!detail.agreements.some(({ home_type }) => home_type === 'family_care')) return []
  const found = await seen(`care-days:${id}:${month}`, () => getAll('/api/v1/care-days', { query: { client_id: id, month } }))
  return [...found.value].sort((a, b) => b.day.localeCompare(a.day))
}

function dayLine({ id, day, items, standing }: CareDay) {
  const tones = { payable: 'good', in_review: 'wait', refused: 'bad', second: 'plain' } as const
  return { id, title: dayWords(day, dayOf(now())), note: fill(words().things, { count: items.length }), state: words()[standing], tone: tones[standing] }
}

/** What is asked of him, and in which words. */
function askedWords(fees: FeeList, detail: ClientDetail, month: string): { asked: Asked; askedText: string; older: string } {
  const w = words()
  const asked = askedOf(fees, may(ownExtent(detail), 'agree_money'), agreementOn(detail, lastDayOf(month, dayOf(now()))) !== undefined)
  const values = { month: monthText(month), yuan: yuanOf(fees.totals.split.personal_fen ?? 0) }
  const texts = {
    list: fill(w.listText, values),
    confirmed: fill(w.listDoneText, values),
    typed: w.shareText,
    nothing: '',
    not_yours: w.shareNotYours,
    no_agency: w.shareNoAgency,
    not_whole: w.listNotWhole,
  }
  const last = fees.confirmation
  const older = last && asked === 'list' ? fill(w.listOlder, { day: dayWords(dayOf(Date.parse(last.confirmed_at)), dayOf(now())), yuan: yuanOf(last.personal_fen) }) : ''
  return { asked, askedText: texts[asked], older }
}

