import { callAgency } from '../../lib/agency-phone'
import { isNoAnswer, isRefused } from '../../lib/api'
import { lastSeen, type Around } from '../../lib/cache'
import { dayOf, DAY_MS, now, partsOf, timeOf } from '../../lib/clock'
import { compare, review, type Counts } from '../../lib/counting'
import { isOfRole, isTight, nextTry, onChange, records, sendAgain, waiting, type Kept } from '../../lib/outbox'
import { listed, mainBanner, moreBanners, reasonOf, type Banner, type Deed, type Known, type Reach } from '../../lib/outbox-told'
import { HOME, isLoggedIn, show } from '../../lib/page'
import { isOnline, restart, title } from '../../lib/platform'
import { kindName, STATE_TONES, stateWords } from '../../lib/record-words'
import { role } from '../../lib/session'
import { common, dayName, wording } from '../../lib/texts'

const words = wording(
  {
    title: '我的记录',
    none: '还没有记录',
    noneText: '签到、签退和做了的项目都会列在这里。',
    phone: '今天手机里',
    server: '今天后台收到',
    all: '看全部记录',
    older: '这里列最近 7 天的。更早的后台都收到了，不用再发。',
  },
  {
    title: 'My records',
    none: 'No records yet',
    noneText: 'Clock-ins, clock-outs and what you did are listed here.',
    phone: 'Today on this phone',
    server: 'Today at the server',
    all: 'See all records',
    older: 'The last 7 days are listed. The server holds all older ones; nothing is left to send.',
  },
)

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    banners: [] as Banner[],
    tight: '',
    counts: null as Counts | null,
    days: [] as object[],
    hasMore: false,
    isBusy: false,
    isOnlyWaiting: false,
  },
  reach: 'sending' as Reach,
  stop: () => undefined as unknown,

  onLoad() {
    this.stop = onChange(() => void this.hear())
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
  async send(again: readonly string[] = []) {
    if (this.data.isBusy) return
    this.setData({ isBusy: true })
    this.reach = 'sending'
    this.draw()
    try {
      const isAllSent = await sendAgain(again)
      let counts = await compare()
      if (counts.missing && isAllSent && (await sendAgain())) counts = await compare()
      this.setData({ counts })
      await review()
      this.reach = 'reached'
    } catch (error) {
      this.reach = await reachAfter(error)
      this.setData({ counts: null })
    }
    this.setData({ isBusy: false })
    this.draw()
  },

  /** What is sent in the background changes what is said here, and once all is sent the numbers are compared. */
  async hear() {
    this.draw()
    if (this.data.isBusy || this.reach === 'reached') return
    this.reach = (await isOnline()) ? 'noServer' : 'noNet'
    if (this.reach === 'noServer' && !waiting().some(isOfRole)) return this.send()
    this.draw()
  },

  draw() {
    const all = records()
    const known = this.known(all)
    const shown = listed(all, this.data.isOnlyWaiting, now())
    this.setData({
      days: daysOf(shown),
      hasMore: !this.data.isOnlyWaiting && shown.length < all.length,
      banners: [mainBanner(known), ...moreBanners(known)],
      tight: isTight() ? common().storageTight : '',
    })
  },

  known(all: Kept[]): Known {
    const mine = waiting().filter(isOfRole).length
    return {
      waiting: mine,
      elsewhere: waiting().length - mine,
      stuck: all.filter(({ state }) => state === 'stuck').length,
      counts: this.data.counts ?? undefined,
      reach: this.reach,
      next: nextTry(),
    }
  },

  async act({ currentTarget, detail }: WechatMiniprogram.CustomEvent<{ place: number }>) {
    const deed = this.data.banners[Number(currentTarget.dataset['banner'])]?.deeds[detail.place]
    const deeds: Record<Deed, () => unknown> = {
      send: () => this.send(),
      resend: () => this.send(records().filter(({ state }) => state === 'stuck').map(({ id }) => id)),
      which: () => this.showOnly(true),
      call: () => callAgency(),
      back: () => restart(HOME[role() ?? 'carer'] ?? '/pages/today/index'),
    }
    if (deed) await deeds[deed]()
  },

  showAll() {
    this.showOnly(false)
  },
  showOnly(isOnlyWaiting: boolean) {
    this.setData({ isOnlyWaiting })
    this.draw()
  },
})

/** A role without counts is refused them; without an answer either network or server are away. */
async function reachAfter(error: unknown): Promise<Reach> {
  if (isRefused(error) && !error.isPassing) return 'reached'
  if (!isRefused(error) && !isNoAnswer(error)) throw error
  return (await isOnline()) ? 'noServer' : 'noNet'
}

function daysOf(all: Kept[]) {
  const about = lastSeen<Around>('around')?.value
  const today = dayOf(now())
  const byDay = new Map<string, object[]>()
  for (const kept of all) {
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
  const item = typeof code === 'string' ? about?.items[code]?.name : undefined
  return {
    id: kept.id,
    title: item ?? kindName(kept),
    note: [timeOf(kept.record.occurred_at), reasonOf(kept)].join(' ').trim(),
    state: stateWords()[kept.state],
    tone: STATE_TONES[kept.state],
  }
}
