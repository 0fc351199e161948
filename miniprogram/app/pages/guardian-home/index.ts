import { getAll, type Schemas } from '../../lib/api'
import { seen, type Visit } from '../../lib/cache'
import { cared, chooseClient, type Cared } from '../../lib/cared'
import { dayOf, now } from '../../lib/clock'
import { coming, saidOf, toConfirm } from '../../lib/confirming'
import { carersOf, dayWords, prefetch, span, timesOf, visitsAround } from '../../lib/guardian-visits'
import { onChange, pump, records, waiting } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { choose, open, title } from '../../lib/platform'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '家里的护理',
    change: '换一位',
    nobody: '还没有您照看的人',
    nobodyText: '请向机构登记您是谁的监护人或代理人；医保经办核准后，这里就会出现。',
    confirm: '确认{day} {span} 的服务',
    waiting: '还有 {count} 次服务等您确认',
    rate: '给{day}的服务打分',
    sign: '看护理计划，签字',
    signText: '有一份护理计划等您看',
    nothing: '没有要您做的事',
    next: '谁什么时候来',
    none: '这三天没有安排。机构排好班，这里就会出现。',
    here: '正在服务',
    done: '做了什么、多少钱',
    tell: '告诉机构',
    tellText: '住院、外出、换护理方式、换机构',
    more: '更多',
    moreText: '计划和协议、投诉、授权、消息、设置',
    kept: '{count} 条还在手机里',
    other: '{name}那边还有 {count} 次等您确认',
  },
  {
    title: 'Care at home',
    change: 'Change',
    nobody: 'Nobody in your care yet',
    nobodyText: 'Please tell the agency whose guardian or agent you are; it appears here when the fund has approved it.',
    confirm: 'Confirm {day} {span}',
    waiting: 'Visits that wait for your word: {count}',
    rate: 'Rate the service of {day}',
    sign: 'Read and sign the care plan',
    signText: 'A care plan waits for you',
    nothing: 'Nothing waits for you',
    next: 'Who comes when',
    none: 'Nothing is planned for three days. What the agency plans appears here.',
    here: 'there now',
    done: 'What was done, what it costs',
    tell: 'Tell the agency',
    tellText: 'Hospital, travel, another way of care or agency',
    more: 'More',
    moreText: 'Plan and agreement, complaint, consents, messages, settings',
    kept: '{count} still on this phone',
    other: 'Of {name} too: {count}',
  },
)

/** What is asked of the guardian first. */
interface Task {
  lead: string
  text: string
  url: string
}

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    clients: [] as Cared['clients'],
    name: '',
    others: [] as string[],
    visits: [] as object[],
    task: null as Task | null,
    keptText: '',
  },
  stop: () => undefined as unknown,

  onLoad() {
    this.stop = onChange(() => this.count())
  },
  onUnload() {
    this.stop()
  },
  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    pump()
    this.count()
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const people = await cared()
      const { clients, chosen } = people.value
      if (!chosen) return { data: { clients, name: '', visits: [], task: null }, seen: people }
      const [visits, plans, unrated, carers] = await Promise.all([visitsAround(), plansOf(chosen.id), unratedOf(), carersOf(chosen.id)])
      const waitsOf = (id: string) => toConfirm(visits.value, saidOf(records()), id, now())
      const waits = waitsOf(chosen.id)
      prefetch(waits)
      return {
        data: {
          clients,
          name: chosen.person.name,
          others: clients.filter((each) => each !== chosen).flatMap((each) => otherText(each, waitsOf(each.id).length)),
          visits: coming(visits.value, chosen.id, now()).map((visit) => lineOf(visit, carers)),
          task: taskOf(waits, plans.some(isWaiting), unrated.filter(({ client_id }) => client_id === chosen.id)),
        },
        seen: visits,
      }
    })
  },

  count() {
    const count = waiting().length
    this.setData({ keptText: count ? fill(words().kept, { count }) : '' })
  },

  async change() {
    const { clients } = this.data
    const place = await choose(clients.slice(0, 6).map(({ person }) => person.name))
    const client = place === undefined ? undefined : clients[place]
    if (!client) return
    chooseClient(client.id)
    await this.load()
  },
  doTask() {
    if (this.data.task) open(this.data.task.url)
  },
  openServices() {
    open('/pages/guardian-services/index')
  },
  openTell() {
    open('/pages/guardian-tell/index')
  },
  openMore() {
    open('/pages/guardian-more/index')
  },
  openRecords() {
    open('/pages/records/index')
  },
})

async function plansOf(clientId: string): Promise<Schemas['CarePlan'][]> {
  const path = { client_id: clientId }
  return (await seen(`plans:${clientId}`, () => getAll('/api/v1/clients/{client_id}/care-plans', { path }))).value
}

async function unratedOf(): Promise<Schemas['Unrated'][]> {
  return (await seen('unrated', () => getAll('/api/v1/ratings/unrated'))).value
}

function isWaiting({ confirmation, valid_to }: Schemas['CarePlan']): boolean {
  return confirmation === null && (valid_to === null || valid_to > dayOf(now()))
}

function otherText({ person }: Cared['clients'][number], count: number): string[] {
  return count ? [fill(words().other, { name: person.name, count })] : []
}

function lineOf(visit: Visit, carers: Record<string, string>) {
  const { day } = timesOf(visit)
  return {
    id: visit.id,
    time: `${dayWords(day, dayOf(now()))} ${span(visit.planned_from ?? visit.began_at, visit.planned_to)}`,
    name: carers[visit.carer_id] ?? '',
    isHere: visit.state === 'begun',
  }
}

function taskOf(waits: readonly Visit[], isPlanWaiting: boolean, unrated: readonly Schemas['Unrated'][]): Task | null {
  const w = words()
  const first = waits[0]
  if (first) {
    const { day, span: hours } = timesOf(first)
    const text = fill(w.confirm, { day: dayWords(day, dayOf(now())), span: hours })
    return { lead: fill(w.waiting, { count: waits.length }), text, url: `/pages/guardian-visit/index?id=${first.id}` }
  }
  if (isPlanWaiting) return { lead: w.signText, text: w.sign, url: '/pages/guardian-plan/index' }
  const rate = unrated[0]
  if (!rate) return null
  const day = dayWords(dayOf(Date.parse(rate.ended_at ?? rate.began_at ?? '')), dayOf(now()))
  return { lead: '', text: fill(w.rate, { day }), url: `/pages/guardian-visit/index?id=${rate.visit_id}` }
}
