import { isNoAnswer, isRefused } from '../../lib/api'
import { lastSeen, type Around } from '../../lib/cache'
import { dayOf, DAY_MS, now, partsOf, timeOf } from '../../lib/clock'
import { compare, review, type Counts } from '../../lib/counting'
import { flush, onChange, records, waiting, type Kept } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { title } from '../../lib/platform'
import { kindWords, STATE_TONES, stateWords } from '../../lib/record-words'
import { told } from '../../lib/states'
import { common, dayName, wording } from '../../lib/texts'

const words = wording(
  {
    title: '我的记录',
    none: '还没有记录',
    noneText: '签到、签退和做了的项目都会列在这里。',
    phone: '今天手机里',
    server: '今天后台收到',
    send: '马上发送',
    offline: '没有网，都在手机里，没有丢。',
  },
  {
    title: 'My records',
    none: 'No records yet',
    noneText: 'Clock-ins, clock-outs and what you did are listed here.',
    phone: 'Today on this phone',
    server: 'Today at the server',
    send: 'Send now',
    offline: 'No network; all are on this phone, nothing is lost.',
  },
)

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    banner: null as { tone: string; title: string; text: string; action: string } | null,
    counts: null as Counts | null,
    days: [] as object[],
    isBusy: false,
  },
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
    title(words().title)
    void show(this, async () => ({ data: {} })).then(() => this.send())
  },

  /** Send, then compare: so that the numbers are those of now. */
  async send() {
    if (this.data.isBusy) return
    this.setData({ isBusy: true })
    this.draw()
    const all = await flush()
    try {
      const counts = await compare()
      if (counts.missing && all) await flush()
      this.setData({ counts: counts.missing ? await compare() : counts })
      await review()
    } catch (error) {
      if (!isNoAnswer(error) && !isRefused(error)) throw error
      this.setData({ counts: null })
    }
    this.setData({ isBusy: false })
    this.draw()
  },

  draw() {
    this.setData({ days: daysOf(records()), banner: bannerOf(this.data.counts) })
  },
})

function bannerOf(counts: Counts | null) {
  const count = waiting().length
  const { send, offline } = words()
  if (!counts) {
    if (!count) return null
    const { title: head } = told('waiting', { count })
    return { tone: 'warn', title: head, text: offline, action: send }
  }
  if (counts.missing) {
    const { title: head, body, actions } = told('countsDiffer', { ...counts })
    return { tone: 'warn', title: head, text: body, action: actions[0] ?? '' }
  }
  if (count) {
    const { title: head, body, actions } = told('waiting', { count })
    return { tone: 'warn', title: head, text: body, action: actions[0] ?? '' }
  }
  const { title: head, body } = told('allSent', { ...counts })
  return { tone: 'good', title: head, text: counts.phone ? body : '', action: '' }
}

function daysOf(all: Kept[]) {
  const about = lastSeen<Around>('around')?.value
  const today = dayOf(now())
  const byDay = new Map<string, object[]>()
  for (const kept of [...all].reverse()) {
    const day = dayOf(Date.parse(kept.record.occurred_at))
    byDay.set(day, [...(byDay.get(day) ?? []), lineOf(kept, about)])
  }
  return [...byDay].map(([day, lines]) => ({
    day,
    name: day === today ? common().today : dayName(partsOf(day), Math.round((Date.parse(day) - Date.parse(today)) / DAY_MS)),
    lines,
  }))
}

function lineOf(kept: Kept, about: Around | undefined) {
  const code = kept.record['item_code']
  const item = typeof code === 'string' ? (about?.items[code]?.name ?? code) : ''
  return {
    id: kept.id,
    title: item || kindWords()[kept.kind],
    note: [timeOf(kept.record.occurred_at), kept.state === 'stuck' ? (kept.answer?.message ?? '') : ''].join(' ').trim(),
    state: stateWords()[kept.state],
    tone: STATE_TONES[kept.state],
  }
}
