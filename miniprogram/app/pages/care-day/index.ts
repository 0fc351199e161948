import { lastSeen } from '../../lib/cache'
import { dayOf, iso, now, partsOf, phoneNow } from '../../lib/clock'
import {
  dayRecord, EMPTY, itemsFor, lastItems, loggedDays, noteOf, stageOf, tapOf, whyNotLogged,
  type Care, type Condition, type Draft,
} from '../../lib/family'
import { catalogue, family } from '../../lib/family-care'
import { dayWords, tapText } from '../../lib/day-words'
import { dayText, PROXIES, proxyWords } from '../../lib/family-words'
import { parted } from '../../lib/geo'
import { newId } from '../../lib/ids'
import { add, flush, onChange, pump, records } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { openPermissions } from '../../lib/permissions'
import { addPhoto } from '../../lib/photos'
import { back, buzz, choose, choosePhotos, forget, forgetFile, keep, keepFile, read, replace, title, toast } from '../../lib/platform'
import { told, type Told } from '../../lib/states'
import { askAtTap, learnReminders } from '../../lib/subscribing'
import { fixUnless } from '../../lib/tapping'
import { common, dayName, fill } from '../../lib/texts'

const CONDITIONS: readonly Condition[] = ['same', 'better', 'worse']
const FIRST_ITEMS = 6
const MOST_PHOTOS = 3
const ANSWER_WITHIN_MS = 3_000

Page({
  data: {
    w: dayWords(),
    look: '',
    state: 'loading',
    stateText: '',
    client: '',
    day: '',
    head: { name: '', day: '' },
    blocked: null as { title: string; text: string } | null,
    tapped: '',
    lateText: '',
    locating: null as Told | null,
    isDenied: false,
    lines: [] as { code: string; name: string; outcome: string }[],
    hidden: '',
    isAll: false,
    hasLast: false,
    conditions: [] as { id: Condition; text: string; isOn: boolean }[],
    note: '',
    photos: [] as { path: string; state: string }[],
    by: '',
    isBusy: false,
    done: null as (Told & { next: { id: string; name: string } | null }) | null,
  },
  care: undefined as Care | undefined,
  cares: [] as Care[],
  drafted: undefined as Draft | undefined,
  items: [] as { code: string; name: string }[],
  tapping: Promise.resolve() as Promise<void>,
  stopWaiting: () => undefined as void,
  stop: () => undefined as unknown,

  onLoad({ client = '', day = '' }: Record<string, string | undefined>) {
    this.setData({ client, day: day || dayOf(now()) })
    this.stop = onChange(() => this.draw())
  },
  onUnload() {
    this.stop()
  },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: dayWords() })
    title(dayWords().title)
    void this.load()
    void learnReminders()
  },

  async load() {
    await show(this, async () => {
      const kept = lastSeen<Care[]>('family')
      const [found, all] = await Promise.all([kept ?? family(), catalogue()])
      this.cares = found.value
      this.care = found.value.find(({ id }) => id === this.data.client)
      const { care } = this
      if (!care) return { data: { blocked: { title: dayWords().gone, text: '' } } }
      this.items = itemsFor(all.value, lastItems(care, records(), this.data.day))
      this.check(care)
      this.draw()
      if (!this.data.blocked && !this.data.done) this.tapIn(care)
      return { data: {} }
    })
  },

  check(care: Care) {
    if (this.data.done || this.data.isBusy) return
    const why = whyNotLogged(care, records(), this.data.day, now())
    const w = dayWords()
    const texts = { logged: { title: w.logged, text: '' }, ahead: { title: w.ahead, text: '' }, late: { title: w.lateOver, text: w.lateOverText } }
    this.setData({ blocked: why && texts[why] })
  },

  draw() {
    const { care } = this
    if (!care) return
    const draft = this.draft()
    const w = dayWords()
    const isToday = this.data.day === dayOf(now())
    const lines = this.items.map(({ code, name }) => ({ code, name, outcome: draft.codes.includes(code) ? 'done' : 'open' }))
    const shown = lines.filter(({ outcome }, place) => this.data.isAll || place < FIRST_ITEMS || outcome === 'done')
    this.setData({
      head: { name: care.name, day: dayName(partsOf(this.data.day), isToday ? 0 : -1) },
      tapped: tapText(care, this.data.day),
      lateText: isToday ? '' : fill(w.late, { day: dayText(this.data.day) }),
      lines: shown,
      hidden: shown.length < lines.length ? fill(w.more, { count: lines.length - shown.length }) : '',
      hasLast: !draft.codes.length && lastItems(care, records(), this.data.day).length > 0,
      conditions: CONDITIONS.map((id) => ({ id, text: w[id], isOn: draft.condition === id })),
      note: draft.note,
      photos: draft.photos.map((path) => ({ path, state: '' })),
      by: draft.filledBy ? fill(w.byProxy, { who: proxyWords()[draft.filledBy] }) : proxyWords().self,
    })
  },

  // --- the draft: on the phone with every tap ---

  key() {
    return `care-day:${this.data.client}:${this.data.day}`
  },
  draft(): Draft {
    return this.drafted ?? read<Draft>(this.key()) ?? EMPTY
  },
  store(more: Partial<Draft>) {
    this.drafted = { ...this.draft(), ...more }
    try {
      keep(this.key(), this.drafted)
    } catch {
      toast(common().storageTight) // what was ticked is still on the screen
    }
  },
  change(more: Partial<Draft>) {
    this.store(more)
    this.draw()
  },
  tick({ currentTarget, detail }: WechatMiniprogram.CustomEvent<{ done: boolean }>) {
    const code = String(currentTarget.dataset['code'])
    const others = this.draft().codes.filter((each) => each !== code)
    this.change({ codes: detail.done ? [...others, code] : others })
  },
  again() {
    const known = new Set(this.items.map(({ code }) => code))
    if (this.care) this.change({ codes: lastItems(this.care, records(), this.data.day).filter((code) => known.has(code)) })
  },
  showAll() {
    this.setData({ isAll: true })
    this.draw()
  },
  setCondition({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const id = currentTarget.dataset['id'] as Condition
    this.change({ condition: this.draft().condition === id ? null : id })
  },
  typeNote({ detail }: WechatMiniprogram.Input) {
    this.store({ note: detail.value })
  },
  async chooseBy() {
    const place = await choose([proxyWords().self, ...PROXIES.map((each) => proxyWords()[each])])
    if (place !== undefined) this.change({ filledBy: PROXIES[place - 1] ?? null })
  },
  async addPhoto() {
    for (const path of await choosePhotos(MOST_PHOTOS - this.draft().photos.length)) {
      try {
        const kept = await keepFile(path)
        this.change({ photos: [...this.draft().photos, kept] })
      } catch {
        toast(dayWords().photoLost)
      }
    }
  },
  removePhoto({ detail }: WechatMiniprogram.CustomEvent<{ place: number }>) {
    const { photos } = this.draft()
    forgetFile(photos[detail.place] ?? '')
    this.change({ photos: photos.filter((_, place) => place !== detail.place) })
  },

  // --- the taps ---

  /** Coming: at the moment the day is opened, while the carer ticks; of a day that is over there is none. */
  tapIn(care: Care) {
    if (this.data.day !== dayOf(now()) || stageOf(care, records(), now()) !== 'open' || this.data.locating) return
    this.tapping = this.tap('in', newId(phoneNow()))
  },

  /** The tap counts from now, wherever the phone finds itself some seconds later. */
  async tap(kind: 'in' | 'out', id: string) {
    const at = iso(phoneNow())
    this.setData({ locating: told('locating') })
    const { fix, why } = parted(await fixUnless(new Promise<void>((resolve) => (this.stopWaiting = resolve))))
    const { saved } = add('clock_event', { id, kind, client_id: this.data.client, occurred_at: at, fix })
    if (!saved) toast(common().storageFull)
    this.setData({ locating: null, isDenied: why === 'denied' || why === 'off' })
    pump()
    this.draw()
  },
  noWait() {
    this.stopWaiting()
  },
  async openSettings() {
    if (await openPermissions()) this.setData({ isDenied: false })
  },

  // --- done ---

  async save() {
    const { care } = this
    const draft = this.draft()
    if (!care || this.data.isBusy) return
    if (!draft.codes.length) return toast(dayWords().nothing)
    this.setData({ isBusy: true })
    await this.tapping
    const { id, saved } = await this.record(care, draft)
    for (const path of draft.photos) await addPhoto(path, id, 'care').catch(() => toast(dayWords().photoLost))
    forget(this.key())
    buzz()
    const isSent = await Promise.race([flush(), new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ANSWER_WITHIN_MS))])
    pump()
    this.tellDone(care, draft.codes.length, saved ? isSent : undefined)
  },

  /** Going, where the region asks for it and the coming was told; then the day, which names both taps. */
  async record(care: Care, draft: Draft) {
    const { day } = this.data
    const inId = tapOf(care.id, records(), day, 'in')?.id ?? null
    const outId = asksForOut(care, day, inId) ? newId(phoneNow()) : null
    if (outId) await this.tap('out', outId)
    const note = noteOf(draft.condition && `${dayWords().condition}：${dayWords()[draft.condition]}。`, draft.note)
    return add('care_day', dayRecord(care, day, draft, { note, occurred_at: iso(phoneNow()), inId, outId }))
  },

  tellDone(care: Care, count: number, isSent: boolean | undefined) {
    const state = told('dayDone', { count, days: loggedDays(care, records(), this.data.day).size })
    const isToday = this.data.day === dayOf(now())
    const heads = { title: isToday ? state.title : `${dayText(this.data.day)} ${dayWords().save}` }
    const kept = isSent === undefined ? common().storageFull : isSent ? '' : dayWords().kept
    const other = this.cares.find((each) => each.id !== care.id && ['open', 'begun'].includes(stageOf(each, records(), now())))
    const next = other ? { id: other.id, name: fill(dayWords().next, { name: other.name }) } : null
    this.setData({ isBusy: false, done: { ...state, ...heads, body: [state.body, kept].filter(Boolean).join('\n'), next } })
  },

  goHome() {
    if (this.data.done) askAtTap()
    back()
  },
  goNext() {
    replace(`/pages/care-day/index?client=${this.data.done?.next?.id ?? ''}&day=${dayOf(now())}`)
  },
})

function asksForOut(care: Care, day: string, inId: string | null): boolean {
  return inId !== null && day === dayOf(now()) && care.terms.clock_events_per_day > 1
}
