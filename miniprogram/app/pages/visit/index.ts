import { callAgency } from '../../lib/agency-phone'
import type { Around, Visit } from '../../lib/cache'
import { callName, type Cards } from '../../lib/cards'
import { dayOf, iso, minutesWrong, now, phoneNow, timeOf } from '../../lib/clock'
import { clockTold } from '../../lib/clock-told'
import { chosenEnd, DEEDS, likelyEnd, nextAtHome, otherOpen, statesAfter, tapToProve, type Deed, type PlaceReason } from '../../lib/door'
import { addItems, marksOf, setMark, tellEnd, tellEndForgotten, tellPlace, tellTag } from '../../lib/door-writes'
import { parted } from '../../lib/geo'
import { onChange, records, type Added } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { openPermissions } from '../../lib/permissions'
import { buzz, choose, open, replace, scanCode, title, toast } from '../../lib/platform'
import { lostTold, refusalOf } from '../../lib/sending'
import { told, type StateName, type Told } from '../../lib/states'
import { askAtTap, learnReminders } from '../../lib/subscribing'
import { addTap, beginTap, fixUnless, tap, type Tapped, type TapKind } from '../../lib/tapping'
import { common, fill } from '../../lib/texts'
import { freshVisit, keptVisit, type VisitSeen } from '../../lib/visit-of'
import { firstTapAt, isTakenBack, linesOf, minutesEarly, stageOf } from '../../lib/visits'
import { detailOf, hasRecord, ifKept, isMeant, metresOf, openValues, placeText, plannedText, shownLines, stateOfVisit, stopValues, timesOf, toWork } from './drawing'
import { REASONS, words } from './words'

type Shown = Told & { tone: string; deeds: readonly Deed[]; pickAt: number; pickValue: string; isAlone: boolean }

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
    lines: [] as ReturnType<typeof shownLines>,
    told: null as Shown | null,
    locating: null as Told | null,
    isBusy: false,
    isAttempted: false,
    isAgain: false,
    isAnswered: false,
    canScan: false,
    partner: null as { id: string; text: string } | null,
    isTogether: false,
    recordState: null as { text: string; tone: string } | null,
  },
  visit: undefined as Visit | undefined,
  all: [] as Visit[],
  about: undefined as Around | undefined,
  homes: {} as Cards,
  queue: [] as StateName[],
  tapped: undefined as Tapped | undefined,
  open: undefined as Visit | undefined,
  partnerId: '',
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
    if (!isLoggedIn()) return
    void this.load()
    void learnReminders()
  },

  /** At once what the phone has, then what the server says. */
  async load() {
    const kept = keptVisit(this.data.id)
    if (kept) await show(this, async () => this.take(kept))
    await show(this, async () => this.take(await freshVisit(this.data.id)))
  },
  take({ all, visit, about, homes, seen }: VisitSeen) {
    Object.assign(this, { all, visit, about, homes })
    this.draw()
    title(this.data.head.name)
    return { data: { w: words() }, seen }
  },

  draw() {
    const { visit, about } = this
    if (!about) return
    if (!visit) return this.setData({ stage: 'off' })
    const kept = records()
    const stage = stageOf(visit, kept)
    const partner = stage === 'begun' ? nextAtHome(visit, this.all, kept, this.homes) : undefined
    this.setData({
      head: { name: this.nameOf(visit), time: plannedText(visit, now()) },
      stage,
      times: timesOf(visit, kept),
      lines: shownLines(linesOf(visit, about, marksOf(visit.id), kept)),
      isAttempted: hasRecord(kept, visit.id, 'attempt'),
      isAgain: this.data.isAgain || isTakenBack(visit.id, kept),
      isAnswered: kept.some((each) => each.visitId === visit.id && each.record['handed_over'] === true),
      canScan: stage === 'begun' && tapToProve(visit.id, kept) !== undefined,
      partner: partner ? { id: partner.id, text: fill(words().together, { name: this.nameOf(partner) }) } : null,
      recordState: stateOfVisit(visit.id),
    })
    this.askOfOther(visit)
  },

  nameOf(visit: Visit): string {
    return this.about ? callName(visit, this.about, this.homes) : ''
  },

  /** Before she clocks in here: another visit that she has not left. */
  askOfOther(visit: Visit) {
    const isAsking = this.data.told?.deeds.includes('left_then') === true
    if (this.data.stage !== 'planned' || this.data.isBusy || (this.data.told && !isAsking)) return
    const other = otherOpen(visit, this.all, records(), this.homes, now())
    if (!other) return isAsking ? this.setData({ told: null }) : undefined
    this.sayOpen(other.visit, other.state)
  },
  sayOpen(visit: Visit, state: StateName) {
    this.open = visit
    const values = openValues(visit, records(), now())
    this.say(state, { name: this.nameOf(visit), ...values }, values.end)
  },

  // --- what the screen says ---

  say(name: StateName, values: Record<string, string | number>, pickValue = '') {
    const tone = name === 'inside' || name === 'twice' ? 'good' : 'warn'
    const own = DEEDS[name] ?? ['next']
    const more: Deed[] = this.queue.length && !own.includes('next') ? ['next'] : []
    const { actions, ...texts } = told(name, values)
    const deeds = [...own, ...more]
    const shown = { ...texts, actions: [...actions, ...more.map(() => common().gotIt)], tone, deeds }
    this.setData({ told: { ...shown, pickAt: own.indexOf('left_at'), pickValue, isAlone: deeds.includes('next') } })
  },
  sayPlainly(head: string, body: string, actions: [string, Deed][], tone = 'good') {
    const shown = { title: head, body, actions: actions.map(([text]) => text), deeds: actions.map(([, deed]) => deed) }
    this.setData({ told: { ...shown, tone, pickAt: -1, pickValue: '', isAlone: true } })
  },
  sayKept(added: Added, head: string, body: string, actions: [string, Deed][]) {
    this.sayPlainly(ifKept(added, head), added.saved ? body : '', actions, added.saved ? 'good' : 'bad')
  },
  /** Said instead of what would follow: the server refused it, or it is in memory only. */
  isNotKept({ id, became }: Tapped): boolean {
    const lost = lostTold(became, refusalOf(id))
    if (lost) this.sayPlainly(lost.title, lost.text, [[common().gotIt, 'next']], lost.tone)
    return lost !== undefined
  },

  async next() {
    const name = this.queue.shift()
    const { tapped } = this
    if (name === 'twice') await this.load() // the first tap may have been another phone's
    const { visit } = this
    if (!name || !tapped || !visit) {
      this.setData({ told: null })
      return this.draw()
    }
    const clock = name === 'clockWrong' ? clockTold() : null
    if (clock) return this.sayPlainly(clock.title, clock.text, [[common().gotIt, 'next']], 'warn')
    const stop = name === 'stopped' ? stopValues(tapped.codes, await detailOf(visit), dayOf(now())) : {}
    const at = name === 'twice' ? firstTapAt(visit, records()) : tapped.at
    this.say(name, { time: timeOf(at ?? tapped.at), name: this.data.head.name, metres: metresOf(tapped), minutes: 0, ...stop })
  },

  async act({ detail }: WechatMiniprogram.CustomEvent<{ place: number }>) {
    const deed = this.data.told?.deeds[detail.place]
    if (deed) await this.do(deed)
  },

  async do(deed: Deed) {
    const { open: other, data } = this
    const deeds: Record<Deed, () => unknown> = {
      next: () => (data.stage === 'done' && askAtTap(), this.next()),
      scan: () => this.scan(),
      settings: () => this.openSettings(),
      call: () => callAgency(),
      at_home: () => (open(`/pages/checks/index?id=${data.id}`), this.next()),
      digits: () => (open('/pages/new-phone/index'), this.next()),
      left_then: () => other && this.endOther(likelyEnd(other, records(), now())),
      left_at: () => undefined,
      go_back: () => other && open(`/pages/visit/index?id=${other.id}`),
      not_known: () => this.endOther(),
      why_all: () => this.endWithReasons(),
      confirm: () => this.openConfirm(),
      partner: () => replace(`/pages/visit/index?id=${this.partnerId}`),
      at_door: () => this.placeTold('at_door'),
      address_wrong: () => this.placeTold('address_wrong'),
      elsewhere: () => this.placeTold('elsewhere'),
      not_there_yet: () => this.placeTold('not_there_yet'),
    }
    await deeds[deed]()
  },

  pick({ detail }: WechatMiniprogram.CustomEvent<{ value: string }>) {
    if (this.open) this.endOther(chosenEnd(this.open, detail.value, now()))
  },
  endOther(endedAt?: number) {
    const other = this.open
    if (!other || !this.about) return
    addItems(other.id, linesOf(other, this.about, marksOf(other.id), []), phoneNow())
    const added = endedAt === undefined ? tellEndForgotten(other.id) : tellEnd(other, endedAt)
    toast(ifKept(added, endedAt === undefined ? words().agencyAsks : words().endTold))
    this.setData({ told: null })
    this.draw()
  },

  placeTold(reason: PlaceReason) {
    const { w, id } = this.data
    if (!this.tapped) return
    const added = tellPlace(id, this.tapped.id, reason)
    const actions = told('outside', { time: '', metres: '' }).actions
    if (reason === 'not_there_yet') {
      this.setData({ told: null })
      this.draw()
      return toast(ifKept(added, w.notThere))
    }
    const isAtDoor = reason === 'at_door'
    const scan: [string, Deed][] = isAtDoor ? [[w.scan, 'scan']] : []
    const place = ['at_door', 'address_wrong', 'elsewhere'].indexOf(reason)
    this.sayKept(added, actions[place] ?? '', isAtDoor ? w.atDoor : w.placeTold, [...scan, toWork()])
  },

  /** For the tap that is on this phone, also when the page was closed meanwhile. */
  async scan() {
    const { id } = this.data
    const tapId = tapToProve(id, records())
    const tag = tapId && (await scanCode())
    if (tag) this.sayKept(tellTag(id, tapId, tag), words().scanned, '', [toWork()])
  },

  /** With a position allowed she may tap once more; the first tap stays the time that counts. */
  async openSettings() {
    this.setData({ isAgain: await openPermissions(this.tapped?.place === 'approximate') })
    await this.next()
  },

  // --- clock in and out ---

  async clockIn() {
    const { isAgain } = this.data
    if (!this.visit || !(await isMeant(this.visit))) return
    const tapped = await this.tapAt('clock_in')
    if (!tapped) return
    this.tapped = tapped
    if (this.isNotKept(tapped)) return
    this.queue = statesAfter(tapped, minutesWrong() !== 0, isAgain)
    this.setData({ isAgain: false })
    await this.next()
  },

  async clockOut() {
    const left = this.data.lines.filter(({ outcome }) => outcome === 'open')
    if (!left.length || !this.visit) return this.end()
    const minutes = minutesEarly(this.visit, now())
    this.queue = []
    this.say('early', { minutes, count: left.length, items: left.map(({ name }) => name).join('、') })
    if (!minutes && this.data.told) this.setData({ told: { ...this.data.told, title: fill(words().itemsOpen, { count: left.length }) } })
  },

  async endWithReasons() {
    const left = this.data.lines.filter(({ outcome }) => outcome === 'open')
    if (await this.giveReason(left.map(({ code }) => code))) await this.end()
  },

  async end() {
    const tapped = await this.tapAt('clock_out')
    if (!tapped || this.isNotKept(tapped)) return
    const { w } = this.data
    const time = timeOf(tapped.at)
    const body = tapped.place ? w.outText : fill(tapped.became === 'noAnswer' ? w.outNoServer : w.outKept, { time })
    this.sayPlainly(fill(w.outTitle, { time }), body, [[w.confirm, 'confirm'], this.partnerId ? [w.toPartner, 'partner'] : [common().gotIt, 'next']])
  },

  /** Position, record, answer; of a couple the next visit begins by the same tap. The second of two taps does nothing. */
  async tapAt(kind: TapKind): Promise<Tapped | undefined> {
    const { visit, about } = this
    if (this.data.isBusy || !visit || !about) return undefined
    const at = phoneNow()
    const together = kind === 'clock_out' && this.data.isTogether ? this.data.partner : null
    this.partnerId = together?.id ?? ''
    this.setData({ isBusy: true, told: null, locating: told('locating') })
    if (together) beginTap('clock_in', together.id, at)
    beginTap(kind, visit.id, at)
    this.keepItems(kind, at)
    const found = await fixUnless(new Promise<void>((resolve) => (this.stopWaiting = resolve)))
    this.setData({ locating: null })
    if (together) addTap('clock_in', together.id, { occurred_at: iso(at), fix: parted(found).fix })
    const result = await tap(kind, visit.id, at, found)
    buzz()
    this.setData({ isBusy: false, place: placeText(result), isTogether: false })
    this.draw()
    return result
  },
  /** With the clock-out goes what was ticked. */
  keepItems(kind: TapKind, at: number) {
    const { visit, about } = this
    if (visit && about && kind === 'clock_out') addItems(visit.id, linesOf(visit, about, marksOf(visit.id), []), at)
  },
  noWait() {
    this.stopWaiting()
  },
  goTogether({ detail }: WechatMiniprogram.CustomEvent<{ done: boolean }>) {
    this.setData({ isTogether: detail.done })
  },

  // --- items ---

  tick({ currentTarget, detail }: WechatMiniprogram.CustomEvent<{ done: boolean }>) {
    setMark(this.data.id, String(currentTarget.dataset['code']), { outcome: detail.done ? 'done' : 'open', reason: null })
    this.draw()
  },
  async why({ currentTarget }: WechatMiniprogram.BaseEvent) {
    await this.giveReason([String(currentTarget.dataset['code'])])
  },
  async giveReason(codes: string[]): Promise<boolean> {
    const place = await choose(REASONS.map(({ word }) => words()[word]))
    const reason = place === undefined ? undefined : REASONS[place]
    if (!reason) return false
    for (const code of codes) setMark(this.data.id, code, { outcome: reason.outcome, reason: reason.code })
    this.draw()
    return true
  },

  // --- other pages ---

  go({ currentTarget }: WechatMiniprogram.BaseEvent) {
    open(`/pages/${String(currentTarget.dataset['to'])}/index?id=${this.data.id}`)
  },
  openConfirm() {
    open(`/pages/confirm/index?id=${this.data.id}`)
  },
})
