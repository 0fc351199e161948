import { get, getAll, post, type Schemas } from '../../lib/api'
import { askOnce, whyNotSent } from '../../lib/asking'
import { seen } from '../../lib/cache'
import { agreementOn, chosenDetail, holds } from '../../lib/cared'
import { dayOf, DAY_MS, now } from '../../lib/clock'
import { dayWords } from '../../lib/guardian-visits'
import { isLoggedIn, show } from '../../lib/page'
import { buzz, confirm, title } from '../../lib/platform'
import { fill, wording } from '../../lib/texts'

type Choice = Schemas['Choice']

const words = wording(
  {
    title: '换机构',
    now: '现在的机构',
    none: '现在没有机构',
    change: '想换哪一家？点这里选',
    when: '从哪天起？',
    day: '从{day}起',
    any: '哪家都可以，先排上队',
    send: '申请换到这家',
    sure: '换到{agency}，{day}。新机构答应了才换，在那之前还是现在的机构来。',
    yes: '申请',
    no: '不换',
    noOthers: '现在没有别的机构可以选',
    open: '等{agency}答复',
    anyAgency: '哪家都可以',
    waiting: '排在第 {position} 位，等了 {days} 天',
    accepted: '已答应',
    declined: '没有答应',
    withdrawn: '您收回了',
    back: '不换了，收回申请',
    before: '以前的申请',
    sent: '申请发出去了',
    cash: '要钱还是要服务时间',
    cashText: '有的地方，符合条件的可以把一部分服务时间换成钱。改了从下个月起算。',
    takesCash: '现在：领钱',
    takesHours: '现在：要服务时间',
    toCash: '改为领钱',
    toHours: '改为要服务时间',
    cashSure: '从下个月起算。可以再改回来。',
    cashYes: '改',
    cashNo: '不改',
    cashDone: '改好了，{day}起。',
  },
  {
    title: 'Another agency',
    now: 'The agency now',
    none: 'No agency now',
    change: 'Which one? Tap to choose',
    when: 'From which day?',
    day: 'from {day}',
    any: 'Any of them, put us on the list',
    send: 'Ask for this one',
    sure: 'To {agency}, {day}. It changes when the new agency accepts; until then the present one comes.',
    yes: 'Ask',
    no: 'No',
    noOthers: 'There is no other agency to choose now',
    open: 'waits for {agency}',
    anyAgency: 'any agency',
    waiting: 'place {position} on the list, {days} days waited',
    accepted: 'accepted',
    declined: 'declined',
    withdrawn: 'you took it back',
    back: 'Take it back',
    before: 'Asked before',
    sent: 'Your wish is sent',
    cash: 'Money or hours',
    cashText: 'In some places part of the hours can be taken as money. A change counts from next month.',
    takesCash: 'Now: money',
    takesHours: 'Now: hours',
    toCash: 'Take money',
    toHours: 'Take hours',
    cashSure: 'It counts from next month. You can change back.',
    cashYes: 'Yes',
    cashNo: 'No',
    cashDone: 'Changed, from {day}.',
  },
)

interface Option {
  id: string | null
  name: string
}

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    present: '',
    options: [] as Option[],
    chosen: null as Option | null,
    day: '',
    dayText: '',
    firstDay: '',
    lastDay: '',
    open: null as { id: string; text: string; note: string } | null,
    lines: [] as object[],
    cash: null as { takes: boolean; text: string; action: string } | null,
    told: '',
    trouble: '',
    isBusy: false,
  },
  clientId: '',
  homeType: 'agency_care' as Choice['home_type'],
  keys: {} as Record<string, string>,

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words(), firstDay: dayOf(now()), lastDay: dayOf(now() + 60 * DAY_MS) })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const people = await chosenDetail()
      const { client, detail } = people.value
      if (!client || !detail) return { data: { present: '', options: [], lines: [] }, seen: people }
      this.clientId = client.id
      const path = { client_id: client.id }
      const [choices, agencies, agreements, cash] = await Promise.all([
        seen('agency-choices', () => getAll('/api/v1/agency-choices')),
        seen(`agencies:${client.id}`, () => getAll('/api/v1/clients/{client_id}/agencies-to-choose', { path })),
        seen(`agreements:${client.id}`, () => get('/api/v1/clients/{client_id}/agreements', { path }).then(({ items }) => items)),
        seen(`cash:${client.id}`, () => getAll('/api/v1/clients/{client_id}/cash-choices', { path })),
      ])
      const agreement = agreementOn(detail, dayOf(now()))
      this.homeType = agreement?.home_type ?? 'agency_care'
      const names = new Map([...agencies.value.map(({ id, name }) => [id, name] as const), ...agreements.value.map((each) => [each.agency_id, each.agency_name] as const)])
      const own = choices.value.filter(({ client_id }) => client_id === client.id)
      const others = agencies.value.filter(({ id, home_types }) => id !== agreement?.agency_id && home_types.includes(this.homeType))
      const entitled = detail.entitlements.some((each) => holds(each, dayOf(now())))
      return {
        data: {
          present: agreement ? (names.get(agreement.agency_id) ?? '') : '',
          options: [...others.map(({ id, name }) => ({ id, name })), ...(agreement ? [] : [{ id: null, name: words().any }])],
          open: openShown(own.find(({ state }) => state === 'open'), names),
          lines: own.filter(({ state }) => state !== 'open').map((choice) => lineOf(choice, names)),
          cash: entitled ? cashShown(cash.value) : null,
        },
        seen: choices,
      }
    })
  },

  choose({ detail }: WechatMiniprogram.CustomEvent<{ value: number }>) {
    this.setData({ chosen: this.data.options[Number(detail.value)] ?? null })
    if (!this.data.day) this.setDay(this.data.firstDay)
  },
  chooseDay({ detail }: WechatMiniprogram.CustomEvent<{ value: string }>) {
    this.setDay(detail.value)
  },
  setDay(day: string) {
    this.setData({ day, dayText: fill(words().day, { day: dayWords(day, dayOf(now())) }) })
  },

  async send() {
    const { chosen, day, dayText } = this.data
    const w = words()
    if (!chosen || !(await confirm(w.title, fill(w.sure, { agency: chosen.name, day: dayText }), w.yes, w.no))) return
    const path = { client_id: this.clientId }
    await this.tried(`agency:${path.client_id}:${chosen.id}:${day}`, async (key) => {
      const body = { home_type: this.homeType, wanted_from: day, agency_id: chosen.id, reason: chosen.id ? null : 'any_agency' }
      await post('/api/v1/clients/{client_id}/agency-choices', body, { path, key })
      this.setData({ chosen: null })
      return w.sent
    })
  },
  async withdraw() {
    const { open } = this.data
    if (!open) return
    await this.tried(`withdraw:${open.id}`, async (key) => {
      await post('/api/v1/agency-choices/{choice_id}/withdrawal', { reason: 'changed_mind' }, { path: { choice_id: open.id }, key })
      return words().withdrawn
    })
  },
  async changeCash() {
    const { cash } = this.data
    const w = words()
    if (!cash || !(await confirm(cash.action, w.cashSure, w.cashYes, w.cashNo))) return
    const path = { client_id: this.clientId }
    const body = { takes_cash: !cash.takes, chosen_on: dayOf(now()) }
    await this.tried(`cash:${path.client_id}:${body.takes_cash}:${body.chosen_on}`, async (key) => {
      const { valid_from } = await post('/api/v1/clients/{client_id}/cash-choices', body, { path, key })
      return fill(w.cashDone, { day: dayWords(valid_from, dayOf(now())) })
    })
  },

  async tried(wish: string, deed: (key: string) => Promise<string>) {
    if (this.data.isBusy) return
    this.setData({ isBusy: true, trouble: '', told: '' })
    try {
      const told = await askOnce(this.keys, wish, deed)
      buzz()
      this.setData({ told })
      await this.load()
    } catch (error) {
      this.setData({ trouble: whyNotSent(error) })
    }
    this.setData({ isBusy: false })
  },
})

function agencyName(choice: Choice, names: Map<string, string>): string {
  const id = choice.answered_by_agency_id ?? choice.agency_id
  return id ? (names.get(id) ?? '') : words().anyAgency
}

function openShown(choice: Choice | undefined, names: Map<string, string>) {
  if (!choice) return null
  const { position, waiting_days: days } = choice
  const note = position !== null && days !== null ? fill(words().waiting, { position, days }) : ''
  return { id: choice.id, text: fill(words().open, { agency: agencyName(choice, names) }), note }
}

function lineOf(choice: Choice, names: Map<string, string>) {
  const tones = { accepted: 'good', declined: 'bad', withdrawn: 'plain', open: 'wait' } as const
  const state = choice.state === 'open' ? '' : words()[choice.state]
  return { id: choice.id, title: agencyName(choice, names), note: dayWords(dayOf(Date.parse(choice.recorded_at)), dayOf(now())), state, tone: tones[choice.state] }
}

function cashShown(choices: readonly Schemas['CashChoice'][]) {
  const takes = choices[choices.length - 1]?.takes_cash ?? false
  return { takes, text: takes ? words().takesCash : words().takesHours, action: takes ? words().toHours : words().toCash }
}
