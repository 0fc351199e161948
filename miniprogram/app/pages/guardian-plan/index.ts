import { get, getAll, post } from '../../lib/api'
import { whyNotSent } from '../../lib/asking'
import { seen } from '../../lib/cache'
import { chosenDetail, may, ownExtent } from '../../lib/cared'
import { dayOf, now, phoneNow } from '../../lib/clock'
import { dayWords, itemNames, minutesText } from '../../lib/guardian-visits'
import { newId } from '../../lib/ids'
import { isLoggedIn, show } from '../../lib/page'
import { buzz, title } from '../../lib/platform'
import { changesOf, plansNow, standingOf, type Agreement, type Plan } from '../../lib/papers'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '计划和协议',
    planWaits: '这份护理计划等您同意',
    plan: '现在的护理计划',
    from: '{day}起',
    noPlan: '还没有护理计划',
    noPlanText: '机构写好后，会请您看、请您签字。',
    often: '每周 {times} 次，每次 {minutes}',
    new: '新加的',
    changed: '改了',
    gone: '不再做',
    same: '',
    hint: '请用手指写您的名字',
    clear: '重写',
    agree: '我看过了，同意这份计划',
    agreed: '您同意了这份计划',
    agreedText: '从{day}起照这份计划做。不合适可以随时告诉机构。',
    disagree: '不同意就不要签，请打电话告诉机构怎么改。',
    confirmed: '{day}签的',
    paper: '纸上签的',
    agreement: '和{agency}的服务协议',
    unsigned: '还没有签',
    wordsChanged: '协议的文字改过，请再看一遍',
    signed: '签好了',
    read: '看协议原文',
    close: '收起',
    signAgreement: '我看过了，签这份协议',
    signedNow: '协议签好了',
    notYours: '您登记的权限不包括签字。需要的话，请向机构办理。',
  },
  {
    title: 'Plan and agreement',
    planWaits: 'This care plan waits for you',
    plan: 'The care plan now',
    from: 'from {day}',
    noPlan: 'No care plan yet',
    noPlanText: 'When the agency has written it you are asked to read and sign.',
    often: '{times} times a week, {minutes} each',
    new: 'new',
    changed: 'changed',
    gone: 'left out',
    same: '',
    hint: 'Write your name with a finger',
    clear: 'Again',
    agree: 'I have read this plan and agree',
    agreed: 'You agreed to this plan',
    agreedText: 'It is followed from {day}. If it does not fit, tell the agency at any time.',
    disagree: 'If you do not agree, do not sign; call the agency and say what to change.',
    confirmed: 'signed {day}',
    paper: 'signed on paper',
    agreement: 'Service agreement with {agency}',
    unsigned: 'not signed',
    wordsChanged: 'The words have changed, please read again',
    signed: 'signed',
    read: 'Read the agreement',
    close: 'Close',
    signAgreement: 'I have read it and sign',
    signedNow: 'The agreement is signed',
    notYours: 'Your registered power does not cover signing. If needed, please ask the agency.',
  },
)

type Names = Record<string, string>

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    name: '',
    waiting: null as ReturnType<typeof planShown> | null,
    inForce: null as ReturnType<typeof planShown> | null,
    agreements: [] as ReturnType<typeof agreementShown>[],
    opened: '',
    isSigned: false,
    told: null as { title: string; text: string } | null,
    trouble: '',
    isBusy: false,
  },
  key: '',

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
      if (!client || !detail) return { data: { name: '', waiting: null, inForce: null, agreements: [] }, seen: people }
      const path = { client_id: client.id }
      const [plans, agreements, names] = await Promise.all([
        seen(`plans:${client.id}`, () => getAll('/api/v1/clients/{client_id}/care-plans', { path })),
        seen(`agreements:${client.id}`, () => get('/api/v1/clients/{client_id}/agreements', { path }).then(({ items: all }) => all)),
        itemNames(),
      ])
      const { waiting, inForce } = plansNow(plans.value, dayOf(now()))
      const maySign = may(ownExtent(detail), 'sign')
      return {
        data: {
          name: client.person.name,
          waiting: waiting ? planShown(waiting, inForce, names) : null,
          inForce: inForce ? planShown(inForce, undefined, names) : null,
          agreements: agreements.value.map((each) => agreementShown(each, maySign)),
        },
        seen: plans,
      }
    })
  },

  signed({ detail }: WechatMiniprogram.CustomEvent<{ isSigned: boolean }>) {
    this.setData({ isSigned: detail.isSigned })
  },
  async agree() {
    const { waiting } = this.data
    if (!waiting || !this.data.isSigned) return
    await this.tried(async () => {
      await post('/api/v1/care-plans/{plan_id}/confirmation', { way: 'own_phone', document: null }, { path: { plan_id: waiting.id }, key: this.keyOnce() })
      return { title: words().agreed, text: fill(words().agreedText, { day: waiting.day }) }
    })
  },
  openText({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const id = String(currentTarget.dataset['id'])
    this.key = ''
    this.setData({ opened: this.data.opened === id ? '' : id, isSigned: false })
  },
  async signAgreement({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const agreement = this.data.agreements.find(({ id }) => id === String(currentTarget.dataset['id']))
    if (!agreement) return
    await this.tried(async () => {
      await post('/api/v1/agreements/{agreement_id}/signature', { version: agreement.version }, { path: { agreement_id: agreement.id }, key: this.keyOnce() })
      return { title: words().signedNow, text: '' }
    })
  },

  /** The same wish over tries, another one after it succeeded. */
  keyOnce(): string {
    this.key ||= newId(phoneNow())
    return this.key
  },
  async tried(deed: () => Promise<{ title: string; text: string }>) {
    if (this.data.isBusy) return
    this.setData({ isBusy: true, trouble: '', told: null })
    try {
      const told = await deed()
      this.key = ''
      buzz()
      this.setData({ told, opened: '', isSigned: false })
      await this.load()
    } catch (error) {
      this.setData({ trouble: whyNotSent(error) })
    }
    this.setData({ isBusy: false })
  },
})

function planShown(plan: Plan, before: Plan | undefined, names: Names) {
  const w = words()
  const lines = changesOf(plan, before).map(({ code, change }) => {
    const line = (change === 'gone' ? before : plan)?.items.find(({ item_code }) => item_code === code)
    const often = line ? fill(w.often, { times: line.times_per_week, minutes: minutesText(line.minutes) }) : ''
    return { code, name: names[code] ?? code, often, change: w[change], tone: change === 'gone' ? 'bad' : 'wait' }
  })
  const { confirmation } = plan
  const signed = confirmation && (confirmation.way === 'paper' ? w.paper : fill(w.confirmed, { day: dayWords(dayOf(Date.parse(confirmation.confirmed_at)), dayOf(now())) }))
  const day = dayWords(plan.valid_from, dayOf(now()))
  return { id: plan.id, day, from: fill(w.from, { day }), signed: signed ?? '', lines }
}

function agreementShown(agreement: Agreement, maySign: boolean) {
  const w = words()
  const standing = standingOf(agreement)
  return {
    id: agreement.id,
    title: fill(w.agreement, { agency: agreement.agency_name }),
    from: fill(w.from, { day: dayWords(agreement.valid_from, dayOf(now())) }),
    state: { unsigned: w.unsigned, changed: w.wordsChanged, signed: w.signed }[standing],
    tone: standing === 'signed' ? 'good' : 'wait',
    heading: agreement.text.title,
    text: agreement.text.text,
    version: agreement.text.version,
    isOpen: standing !== 'signed' && maySign,
    why: standing !== 'signed' && !maySign ? w.notYours : '',
  }
}
