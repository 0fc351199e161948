import { get, isNoAnswer, isRefused, post } from '../../lib/api'
import { lastSeen, seen } from '../../lib/cache'
import { clockTold } from '../../lib/clock-told'
import { dayOf, iso, now, partsOf, phoneNow, timeOf } from '../../lib/clock'
import { lateDay, lateUntil, loggedDays, pauseOn, promptOf, stageOf, type Care, type Stage } from '../../lib/family'
import { family } from '../../lib/family-care'
import { backWord, missedTold, pauseTold, trainingTold } from '../../lib/family-words'
import { parted } from '../../lib/geo'
import { newId } from '../../lib/ids'
import { newsOf, type Message } from '../../lib/messages'
import { add, isTight, onChange, pump, records, waiting, type Kept } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { choose, locate, open, title, toast } from '../../lib/platform'
import { told } from '../../lib/states'
import { common, dayName, fill, wording } from '../../lib/texts'

const words = wording(
  {
    none: '还没有照护的人',
    noneText: '登记好以后，这里就会出现。',
    clockIn: '签到，记今天',
    goOn: '接着记今天',
    log: '记这一天',
    and: '、',
    begun: '{time} 签到了',
    away: '住院、外出',
    month: '本月日历',
    money: '补助和银行卡',
    records: '我的记录',
    waitingNote: '{count} 条还在手机里',
    allSent: '都发出去了',
    messages: '消息',
    news: '{text}（{count} 条没看）',
    settings: '设置',
    settingsNote: '大字、语言 Language、换手机、退出',
    promptTitle: '现在在照护吗？',
    promptText: '{time} 前点一下就行。没点到也不扣补助。',
    promptDo: '我在',
    promptDone: '记下了',
    promptOffline: '没有网，没发出去。有网再点一下；错过了也不扣补助。',
  },
  {
    none: 'Nobody to care for yet',
    noneText: 'They appear here once they are registered.',
    clockIn: 'Clock in and log today',
    goOn: 'Go on with today',
    log: 'Log that day',
    and: ', ',
    begun: 'clocked in at {time}',
    away: 'Hospital, travel',
    month: 'This month',
    money: 'Subsidy and bank card',
    records: 'My records',
    waitingNote: '{count} still on this phone',
    allSent: 'all sent',
    messages: 'Messages',
    news: '{text} ({count} unread)',
    settings: 'Settings',
    settingsNote: 'large type, 语言 Language, new phone, log out',
    promptTitle: 'Are you caring now?',
    promptText: 'One tap before {time}. Missing it costs nothing.',
    promptDo: 'I am here',
    promptDone: 'Recorded',
    promptOffline: 'No network, not sent. Tap again when there is one; missing it costs nothing.',
  },
)

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    day: '',
    people: [] as ReturnType<typeof personOf>[],
    waitingText: '',
    isTight: false,
    tightText: '',
    clock: null as ReturnType<typeof clockTold>,
    news: '',
    late: null as ReturnType<typeof lateOf>,
    isAsked: false,
    busyPrompt: '',
  },
  cares: [] as Care[],
  answers: {} as Record<string, string>,
  stop: () => undefined as unknown,

  onLoad() {
    this.stop = onChange(() => this.draw())
  },
  onUnload() {
    this.stop()
  },
  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(common().today)
    pump()
    void this.load()
  },

  /** What was seen last is on the screen at once: a day is logged without waiting for the network. */
  async load() {
    const last = lastSeen<Care[]>('family')
    if (last && this.data.state === 'loading') {
      this.cares = last.value
      this.setData({ state: 'ready' })
      this.draw()
    }
    await show(this, async () => {
      const [found] = await Promise.all([family(), readMessages()])
      this.cares = found.value
      this.draw()
      return { data: {}, seen: found }
    })
  },

  draw() {
    const kept = records()
    const at = now()
    const count = waiting().length
    const isAsked = this.cares.some((care) => promptOf(care, at))
    this.setData({
      isAsked,
      late: lateOf(this.cares, kept, at, isAsked),
      news: newsText(),
      day: dayName(partsOf(dayOf(at)), -1),
      people: this.cares.map((care) => personOf(care, kept, at)),
      waitingText: count ? fill(words().waitingNote, { count }) : words().allSent,
      isTight: isTight(),
      tightText: common().storageTight,
      clock: clockTold(),
    })
  },

  openDay({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const { id, day } = currentTarget.dataset as { id: string; day: string }
    open(`/pages/care-day/index?client=${id}&day=${day}`)
  },
  async openAway() {
    const client = await this.chosen()
    if (client) open(`/pages/away/index?client=${client}`)
  },

  /** Back home: one tap, and the days go on. */
  comeBack({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const care = this.cares.find(({ id }) => id === currentTarget.dataset['id'])
    const pause = care && pauseOn(care, records(), dayOf(now()))
    if (!care || !pause) return
    const at = phoneNow()
    const { saved } = add('notice', { client_id: care.id, kind: pause.back, day: dayOf(at), occurred_at: iso(at) })
    if (!saved) toast(common().storageFull)
    pump()
  },

  /** Asked at a random time: only now counts, so it is sent and not kept. */
  async answerPrompt({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const id = String(currentTarget.dataset['id'])
    if (this.data.busyPrompt) return
    this.setData({ busyPrompt: id })
    const answer = (this.answers[id] ??= newId(phoneNow()))
    const { fix } = parted(await locate())
    try {
      await post('/api/v1/prompts/{prompt_id}/answer', { id: answer, occurred_at: iso(phoneNow()), fix }, { path: { prompt_id: id }, key: answer })
      toast(words().promptDone)
    } catch (error) {
      if (!isNoAnswer(error) && !isRefused(error)) throw error
      toast(isRefused(error) && !error.isPassing ? error.message : words().promptOffline)
    }
    this.setData({ busyPrompt: '' })
    void this.load()
  },

  async openLate() {
    const { late } = this.data
    const client = late && (await this.chosen(late.people))
    if (client) open(`/pages/care-day/index?client=${client}&day=${late.day}`)
  },
  async openMonth() {
    const client = await this.chosen()
    if (client) open(`/pages/month/index?client=${client}`)
  },
  async chosen(of?: { id: string; name: string }[]): Promise<string | undefined> {
    const people = of ?? this.cares
    if (people.length < 2) return people[0]?.id
    const place = await choose(people.map(({ name }) => name))
    return place === undefined ? undefined : people[place]?.id
  },
  go({ currentTarget }: WechatMiniprogram.TouchEvent) {
    open(`/pages/${String(currentTarget.dataset['to'])}/index`)
  },
})

/** Home works without them. */
async function readMessages(): Promise<void> {
  try {
    await seen('messages', () => get('/api/v1/messages'))
  } catch (error) {
    if (!isNoAnswer(error) && !isRefused(error)) throw error
  }
}

/** The newest message that was not read. */
function newsText(): string {
  const news = newsOf(lastSeen<{ items: Message[] }>('messages')?.value.items ?? [])
  return news ? fill(words().news, news) : ''
}

const TONES: Record<Stage, string> = { paused: 'warn', done: 'good', begun: 'info', open: 'info' }

/** What can wait is not spoken of while an answer is asked for, which is for minutes only. */
function lateOf(cares: Care[], kept: Kept[], at: number, isAsked: boolean) {
  const late = isAsked ? null : lateDay(cares, kept, at)
  const first = late?.cares[0]
  if (!late || !first) return null
  const { title, body } = missedTold(late.day, lateUntil(late.day, first.terms.late_entry_hours), at)
  const people = late.cares.map(({ id, name }) => ({ id, name }))
  return { day: late.day, title, body, people, names: cares.length > 1 ? people.map(({ name }) => name).join(words().and) : '' }
}

function personOf(care: Care, kept: Kept[], at: number) {
  const today = dayOf(at)
  const stage = stageOf(care, kept, at)
  const pause = pauseOn(care, kept, today)
  const prompt = promptOf(care, at)
  const text = stage === 'done' ? doneTold(care, kept, today) : stage === 'paused' && pause ? pauseTold(pause) : null
  return {
    id: care.id,
    name: care.name,
    today,
    stage,
    tone: TONES[stage],
    text,
    main: stage === 'begun' ? words().goOn : words().clockIn,
    back: stage === 'paused' && pause ? backWord(pause) : '',
    training: trainingTold(care, today),
    prompt: prompt ? { id: prompt.id, text: fill(words().promptText, { time: timeOf(prompt.closes_at) }) } : null,
  }
}

function doneTold(care: Care, kept: Kept[], today: string) {
  const own = kept.find(({ kind, record }) => kind === 'care_day' && record['client_id'] === care.id && record['day'] === today)
  const items = (own?.record['items'] as unknown[] | undefined) ?? care.days.find(({ day }) => day === today)?.items ?? []
  return told('dayDone', { count: items.length, days: loggedDays(care, kept, today).size })
}
