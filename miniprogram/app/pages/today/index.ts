import { ownAgencies } from '../../lib/agency-phone'
import { around, beginOf, visits, type Around, type Visit } from '../../lib/cache'
import { callName, cards, type Cards } from '../../lib/cards'
import { dayOf, DAY_MS, now, partsOf, timeOf } from '../../lib/clock'
import { clockTold } from '../../lib/clock-told'
import { isTight, onChange, pump, records, waiting, type Kept } from '../../lib/outbox'
import { isHome, isLoggedIn, show } from '../../lib/page'
import { open, title } from '../../lib/platform'
import { isLarge, setLarge } from '../../lib/settings'
import { common, dayName, fill, wording } from '../../lib/texts'
import { stageOf, type Stage } from '../../lib/visits'

const words = wording(
  {
    title: '今天和后三天',
    none: '这几天没有安排',
    noneText: '机构排好班，这里就会出现。',
    planned: '待签到',
    begun: '服务中',
    done: '已签退',
    off: '已取消',
    unplanned: '计划外',
    records: '我的记录',
    waitingNote: '{count} 条还在手机里',
    allSent: '都发出去了',
    large: '大字',
    mine: '我的',
    mineNote: '服务结果、工时、消息、报告意外',
  },
  {
    title: 'Today and three days',
    none: 'Nothing planned',
    noneText: 'What the agency plans appears here.',
    planned: 'to clock in',
    begun: 'in service',
    done: 'clocked out',
    off: 'cancelled',
    unplanned: 'not planned',
    records: 'My records',
    waitingNote: '{count} still on this phone',
    allSent: 'all sent',
    large: 'Large type',
    mine: 'Mine',
    mineNote: 'results, hours, messages, incidents',
  },
)

const TONES: Record<Stage, string> = { planned: 'plain', begun: 'wait', done: 'good', off: 'bad' }
const DAYS = 4

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    days: [] as { day: string; name: string; visits: object[] }[],
    waitingText: '',
    isTight: false,
    tightText: '',
    clock: null as { title: string; text: string } | null,
    isLarge: false,
  },
  stop: () => undefined as unknown,

  onLoad() {
    this.stop = onChange(() => this.count())
  },
  onUnload() {
    this.stop()
  },

  onShow() {
    if (!isLoggedIn() || !isHome('/pages/today/index')) return
    this.setData({ w: words(), isLarge: isLarge() })
    title(words().title)
    pump()
    this.count()
    void this.load()
    void ownAgencies()
  },

  async load() {
    await show(this, async () => {
      const [seen, about, homes] = await Promise.all([visits(), around(), cards()]) // cards are taken along for doors without a network
      return { data: { days: daysOf(seen.value, about.value, homes.value, records(), now()), clock: clockTold() }, seen }
    })
  },

  count() {
    const count = waiting().length
    this.setData({
      waitingText: count ? fill(words().waitingNote, { count }) : words().allSent,
      isTight: isTight(),
      tightText: common().storageTight,
    })
  },

  openVisit({ currentTarget }: WechatMiniprogram.TouchEvent) {
    open(`/pages/visit/index?id=${String(currentTarget.dataset['id'])}`)
  },
  openRecords() {
    open('/pages/records/index')
  },
  openMine() {
    open('/pages/my/index')
  },
  switchLarge({ detail }: WechatMiniprogram.SwitchChange) {
    setLarge(detail.value)
    this.onShow()
  },
})

function daysOf(all: Visit[], about: Around, homes: Cards, kept: Kept[], at: number) {
  return Array.from({ length: DAYS }, (_, ahead) => {
    const day = dayOf(at + ahead * DAY_MS)
    const ofDay = all.filter((visit) => dayOf(beginOf(visit)) === day || (ahead === 0 && visit.state === 'begun'))
    return { day, name: dayName(partsOf(day), ahead), visits: ofDay.map((visit) => lineOf(visit, about, homes, kept)) }
  }).filter(({ visits: some }) => some.length)
}

function lineOf(visit: Visit, about: Around, homes: Cards, kept: Kept[]) {
  const stage = stageOf(visit, kept)
  const { planned_from: from, planned_to: to } = visit
  const time = from && to ? `${timeOf(from)}–${timeOf(to)}` : words().unplanned
  return { id: visit.id, time, name: callName(visit, about, homes), stage: words()[stage], tone: TONES[stage] }
}
