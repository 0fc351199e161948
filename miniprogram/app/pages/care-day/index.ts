import { lastSeen } from '../../lib/cache'
import { dayOf, iso, now, partsOf, phoneNow } from '../../lib/clock'
import {
  dayRecord, EMPTY, itemsFor, lastItems, loggedDays, noteOf, stageOf, tapOf, whyNotLogged,
  type Care, type Condition, type Draft,
} from '../../lib/family'
import { catalogue, family } from '../../lib/family-care'
import { dayWords, loggedTold, tapText } from '../../lib/day-words'
import { dayText, PROXIES, proxyWords } from '../../lib/family-words'
import { parted } from '../../lib/geo'
import { newId } from '../../lib/ids'
import { add, onChange, pump, records, type Added } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { openPermissions } from '../../lib/permissions'
import { addPhoto } from '../../lib/photos'
import { back, buzz, choose, choosePhotos, forget, forgetFile, keep, keepFile, read, replace, title, toast } from '../../lib/platform'
import { refusalOf, sendAndHear, type Became, type BecameTold } from '../../lib/sending'
import { told, type Told } from '../../lib/states'
import { askAtTap, learnReminders } from '../../lib/subscribing'
import { addDayTap, beginDayTap, fixUnless, type DayTap } from '../../lib/tapping'
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
    done: null as (BecameTold & { next: { id: string; name: string } | null }) | null,
  },
  care: undefined as Care | undefined,
  cares: [] as Care[],
  drafted: undefined as Draft | undefined,
  items: [] as { code: string; name: string }[],
  coming: null as string | null, // the tap of coming, while its position is looked for
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
    const tap = this.begin('in')
    this.coming = tap.id
    this.tapping = this.locate(tap).finally(() => (this.coming = null))
  },

  /** The tap counts from now, and is on the phone from now, wherever it finds itself some seconds later. */
  begin(kind: 'in' | 'out'): DayTap {
    const at = phoneNow()
    const tap = { id: newId(at), kind, client_id: this.data.client, occurred_at: iso(at) }
    beginDayTap(tap)
    return tap
  },
  async locate(tap: DayTap) {
    this.setData({ locating: told('locating') })
    const { fix, why } = parted(await fixUnless(new Promise<void>((resolve) => (this.stopWaiting = resolve))))
    const { saved } = addDayTap(tap, fix)
    if (!saved) toast(common().storageFull)
    this.setData({ locating: null, isDenied: why === 'denied' || why === 'off' })
    if (!this.data.isBusy) pump() // else the day goes with it, and the server waits for no tap of it
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
    const { added, going } = this.record(care, draft)
    for (const path of draft.photos) await addPhoto(path, added.id, 'care').catch(() => toast(dayWords().photoLost))
    forget(this.key())
    await this.tapping
    if (going) await this.locate(going)
    buzz()
    const became = await sendAndHear(added, ANSWER_WITHIN_MS)
    this.tellDone(care, draft.codes.length, became, refusalOf(added.id))
  },

  /** All of it on the phone at once: going, where the region asks for it and the coming was told, and the day, which names both taps. */
  record(care: Care, draft: Draft): { added: Added; going: DayTap | null } {
    const { day } = this.data
    const inId = tapOf(care.id, records(), day, 'in')?.id ?? this.coming
    const going = asksForOut(care, day, inId) ? this.begin('out') : null
    const note = noteOf(draft.condition && `${dayWords().condition}：${dayWords()[draft.condition]}。`, draft.note)
    const outId = going?.id ?? null
    return { added: add('care_day', dayRecord(care, day, draft, { note, occurred_at: iso(phoneNow()), inId, outId })), going }
  },

  tellDone(care: Care, count: number, became: Became, refusal: string) {
    const { day } = this.data
    const days = loggedDays(care, records(), day).size
    const told = loggedTold(became, { count, days }, day === dayOf(now()) ? '' : dayText(day), refusal)
    const other = this.cares.find((each) => each.id !== care.id && ['open', 'begun'].includes(stageOf(each, records(), now())))
    const next = other ? { id: other.id, name: fill(dayWords().next, { name: other.name }) } : null
    this.setData({ isBusy: false, done: { ...told, next } })
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
