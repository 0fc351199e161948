import { around, visits, type Around, type Visit } from '../../lib/cache'
import { iso, phoneNow, timeOf } from '../../lib/clock'
import { add, onChange, pump, records } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { buzz, choose, confirm, forget, keep, open, openPermissions, read, scanCode, title } from '../../lib/platform'
import { told, type StateName, type Told } from '../../lib/states'
import { fixUnless, tap, type Tapped, type TapKind } from '../../lib/tapping'
import { common, fill, wording } from '../../lib/texts'
import { itemRecords, linesOf, minutesEarly, nameOf, stageOf, tappedAt, type ItemLine, type Marks } from '../../lib/visits'
import { STATE_TONES, stateWords } from '../../lib/record-words'

const words = wording(
  {
    clockIn: '签到',
    clockOut: '签退',
    items: '今天要做的',
    minutes: '{count} 分钟',
    notDone: '没做',
    refused: '不愿意做',
    noTime: '时间不够',
    unwell: '身体不适',
    asleep: '睡着了',
    noPlan: '没有护理计划。照常服务，把做了的告诉机构。',
    inAt: '{time} 签到',
    outAt: '{time} 签退',
    place: '±{metres} 米，在家里',
    placeUnknown: '±{metres} 米',
    records: '看我的记录',
    gone: '这次服务已取消，或不在您的名下。',
    outTitle: '签退好了 {time}',
    outText: '这次服务已经记下。',
    outKept: '没有网，签退时间 {time} 已存在手机里。到了有网的地方，打开一次这个小程序就会发出去。',
    scanned: '入户码已记下',
    goOn: '接着做',
    endHere: '选原因',
  },
  {
    clockIn: 'Clock in',
    clockOut: 'Clock out',
    items: 'To do today',
    minutes: '{count} min',
    notDone: 'Not done',
    refused: 'did not want it',
    noTime: 'no time left',
    unwell: 'not well',
    asleep: 'asleep',
    noPlan: 'There is no care plan. Work as usual and tell the agency what you did.',
    inAt: 'in at {time}',
    outAt: 'out at {time}',
    place: '±{metres} m, inside',
    placeUnknown: '±{metres} m',
    records: 'My records',
    gone: 'This visit was cancelled, or is not yours.',
    outTitle: 'Clocked out {time}',
    outText: 'This service is recorded.',
    outKept: 'No network; the clock-out at {time} is kept on the phone. Open this app once where there is a network and it is sent.',
    scanned: 'The tag is recorded',
    goOn: 'Go on',
    endHere: 'Why',
  },
)

/** Why an item was not done: the code stored, and whether it was refused. */
const REASONS = [
  { word: 'refused', code: 'declined', outcome: 'refused' },
  { word: 'unwell', code: 'unwell', outcome: 'not_done' },
  { word: 'asleep', code: 'asleep', outcome: 'not_done' },
  { word: 'noTime', code: 'no_time', outcome: 'not_done' },
] as const

type Deed = 'dismiss' | 'scan' | 'settings'
const DEEDS: Partial<Record<StateName, Deed[]>> = {
  inside: ['dismiss'],
  uncertain: ['scan', 'dismiss'],
  noLocation: ['settings', 'scan'],
  approximate: ['settings', 'scan'],
  offline: ['dismiss'],
}

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    id: '',
    head: { time: '', name: '' },
    stage: 'planned',
    times: '',
    place: '',
    lines: [] as (ItemLine & { note: string; why: string })[],
    result: null as (Told & { tone: string; deeds: Deed[] }) | null,
    locating: null as Told | null,
    isBusy: false,
    recordState: null as { text: string; tone: string } | null,
  },
  visit: undefined as Visit | undefined,
  about: undefined as Around | undefined,
  stopWaiting: () => undefined as void,
  stop: () => undefined as unknown,

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id, w: words() })
    this.stop = onChange(() => this.draw())
  },
  onUnload() {
    this.stop()
  },
  onShow() {
    if (isLoggedIn()) void this.load()
  },

  async load() {
    await show(this, async () => {
      const [seen, about] = await Promise.all([visits(), around()])
      this.visit = seen.value.find(({ id }) => id === this.data.id)
      this.about = about.value
      this.draw()
      title(this.data.head.name)
      return { data: {}, seen }
    })
  },

  draw() {
    const { visit, about } = this
    if (!about) return
    if (!visit) return this.setData({ stage: 'off' })
    const kept = records()
    const name = nameOf(visit, about)
    const { planned_from: from, planned_to: to } = visit
    const clock = (kind: TapKind, text: string) => {
      const at = tappedAt(visit, kept, kind)
      return at ? [fill(text, { time: timeOf(at) })] : []
    }
    this.setData({
      head: { name, time: from && to ? `${timeOf(from)}–${timeOf(to)}` : '' },
      stage: stageOf(visit, kept),
      times: [...clock('clock_in', words().inAt), ...clock('clock_out', words().outAt)].join(' · '),
      lines: linesOf(visit, about, this.marks(), kept).map((line) => ({
        ...line,
        note: fill(words().minutes, { count: line.minutes }),
        why: line.reason ? reasonWord(line.reason) : '',
      })),
      recordState: stateOfVisit(visit.id),
    })
  },

  // --- clock in and out ---

  async clockIn() {
    const tapped = await this.tapped('clock_in')
    if (tapped) this.tellIn(tapped)
  },

  async clockOut() {
    const open = this.data.lines.filter(({ outcome }) => outcome === 'open')
    if (open.length && !(await this.explained(open))) return
    const tapped = await this.tapped('clock_out')
    if (!tapped) return
    const { w } = this.data
    const time = timeOf(tapped.at)
    const body = tapped.place ? w.outText : fill(w.outKept, { time })
    this.setData({ result: { title: fill(w.outTitle, { time }), body: tapped.saved ? body : common().storageFull, actions: [], deeds: [], tone: 'good' } })
  },

  /** Position, record, answer. The second of two taps does nothing. */
  async tapped(kind: TapKind): Promise<Tapped | undefined> {
    if (this.data.isBusy || !this.visit) return undefined
    const at = phoneNow()
    this.setData({ isBusy: true, result: null, locating: told('locating') })
    const found = await fixUnless(new Promise<void>((resolve) => (this.stopWaiting = resolve)))
    this.setData({ locating: null })
    if (kind === 'clock_out') this.addItems(at)
    const result = await tap(kind, this.visit.id, at, found)
    buzz()
    const metres = result.metres === undefined ? '' : fill(result.place === 'inside' ? words().place : words().placeUnknown, { metres: result.metres })
    this.setData({ isBusy: false, place: metres })
    this.draw()
    return result
  },

  noWait() {
    this.stopWaiting()
  },

  tellIn(tapped: Tapped) {
    const values = { time: timeOf(tapped.at), name: this.data.head.name, metres: tapped.away ?? tapped.metres ?? '?' }
    const name = stateNameOf(tapped)
    const { title: head, body, actions } = told(name, values)
    const deeds = DEEDS[name] ?? []
    this.setData({
      result: {
        title: head,
        body: tapped.saved ? body : common().storageFull,
        actions: deeds.length ? actions.slice(0, deeds.length) : [common().gotIt],
        deeds: deeds.length ? deeds : ['dismiss'],
        tone: name === 'inside' ? 'good' : 'warn',
      },
    })
  },

  async act({ currentTarget }: WechatMiniprogram.TouchEvent) {
    const deed = this.data.result?.deeds[Number(currentTarget.dataset['place'])]
    if (deed === 'scan') await this.scan()
    else if (deed === 'settings') await openPermissions()
    else this.setData({ result: null })
  },

  /** A home tag that was read late is told with a tap of its own; the first one stays the time that counts. */
  async scan() {
    const tag = await scanCode()
    if (!tag) return
    add('clock_in', { occurred_at: iso(phoneNow()), fix: null, tag }, { visitId: this.data.id })
    pump()
    this.setData({ result: { title: words().scanned, body: '', actions: [common().gotIt], deeds: ['dismiss'], tone: 'good' } })
  },

  // --- items ---

  marks(): Marks {
    return read<Marks>(`marks:${this.data.id}`) ?? {}
  },
  mark(code: string, mark: Marks[string]) {
    keep(`marks:${this.data.id}`, { ...this.marks(), [code]: mark })
    this.draw()
  },
  tick({ currentTarget, detail }: WechatMiniprogram.CustomEvent<{ done: boolean }>) {
    this.mark(String(currentTarget.dataset['code']), { outcome: detail.done ? 'done' : 'open', reason: null })
  },
  async why({ currentTarget }: WechatMiniprogram.BaseEvent) {
    await this.giveReason([String(currentTarget.dataset['code'])])
  },

  async giveReason(codes: string[]): Promise<boolean> {
    const place = await choose(REASONS.map(({ word }) => words()[word]))
    const reason = place === undefined ? undefined : REASONS[place]
    if (!reason) return false
    for (const code of codes) this.mark(code, { outcome: reason.outcome, reason: reason.code })
    return true
  },

  /** Before an early end: what is open gets a reason, or the carer goes on. */
  async explained(open: ItemLine[]): Promise<boolean> {
    const items = open.map(({ name }) => name).join('、')
    const minutes = this.visit ? minutesEarly(this.visit, phoneNow()) : 0
    const { title: head, body } = told('early', { minutes, count: open.length, items })
    const endsHere = await confirm(minutes ? head : words().clockOut, body, words().endHere, words().goOn)
    return endsHere && this.giveReason(open.map(({ code }) => code))
  },

  addItems(at: number) {
    for (const record of itemRecords(this.data.lines, iso(at))) add('item', record, { visitId: this.data.id })
    forget(`marks:${this.data.id}`)
  },

  openRecords() {
    open('/pages/records/index')
  },
})

function reasonWord(code: string): string {
  const found = REASONS.find((each) => each.code === code)
  return found ? words()[found.word] : code
}

/** The least certain of a visit's records says where it stands. */
function stateOfVisit(id: string): { text: string; tone: string } | null {
  const own = records().filter(({ visitId }) => visitId === id)
  const order = ['stuck', 'kept', 'sent', 'in_review', 'not_accepted', 'accepted'] as const
  const state = order.find((each) => own.some((kept) => kept.state === each))
  return state ? { text: stateWords()[state], tone: STATE_TONES[state] } : null
}

function stateNameOf({ place, away }: Tapped): StateName {
  if (!place) return 'offline'
  if (place === 'none') return 'noLocation'
  // How far could not be asked any more: say what is sure.
  return place === 'outside' && away === undefined ? 'uncertain' : place
}
