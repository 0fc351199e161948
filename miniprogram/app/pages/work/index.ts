import { callAgency } from '../../lib/agency-phone'
import { get, getAll, isNoAnswer, isRefused, type Schemas } from '../../lib/api'
import { around, seen, type Around } from '../../lib/cache'
import { clientName } from '../../lib/client-names'
import { iso, now, phoneNow, timeOf } from '../../lib/clock'
import { correctionStates, type Correction } from '../../lib/correcting'
import { add, pump, records } from '../../lib/outbox'
import { endTold, lackingOf, spanOf, statedEnd, workTold, type EndTold, type Work, type WorkTold } from '../../lib/own-work'
import { isLoggedIn, show } from '../../lib/page'
import { back, choose, open, replace, say, StorageFull, title } from '../../lib/platform'
import { takePhotos } from '../../lib/photos'
import { remarkLines, type RemarkKind, type RemarkLine } from '../../lib/remarks'
import { common, wording } from '../../lib/texts'
import { foundLines, itemLines, reviewLines, tapLines, type RecordLine } from '../../lib/work-record'

const MOST_PHOTOS = 3
/** Why there is no word of the client: what a carer may tell. */
const SILENCE = ['cannot_sign', 'nobody_there', 'declined', 'no_phone'] as const

const words = wording(
  {
    title: '这一次服务', gone: '找不到这一次服务', goneText: '这里只有这个月和上个月的。',
    record: '看当时的记录', taps: '签到和签退', items: '服务项目', found: '查到了什么', reviews: '谁看过', none: '没有记录',
    correct: '记录不对，申请更正', correctNote: '时间或签到签退记错了',
    write: '写一句说明', said: '您的说明', unknown: '记不清几点走的', unknownTold: '已告诉机构，会有人来问您',
    photo: '拍一张照片', kept: '存好了，有网就发出去', keptPhoto: '照片存好了，有网就发出去，审核的人能看到', tooLarge: '照片太大，没有存',
    askFamily: '请家属确认', askFamilyText: '您的手机不能替家属确认。请家属在自己手机上打开安护，点“确认”；今天晚上也可以。',
    askShare: '请家属确认个人负担', askShareText: '请家属在自己手机上打开安护，确认这个月的个人负担。',
    left: '我 {time} 走的', ahead: '这个时间还没到，请再选一次',
    cannot_sign: '手不方便，不能签', nobody_there: '家里没有别人', declined: '不愿意确认', no_phone: '没有手机',
  },
  {
    title: 'This visit', gone: 'This visit is not found', goneText: 'Only this month and the last are here.',
    record: 'See the record', taps: 'Clock-in and clock-out', items: 'Service items', found: 'What was found', reviews: 'Who looked', none: 'No record',
    correct: 'The record is wrong: ask for a correction', correctNote: 'times, or in and out',
    write: 'Write a sentence', said: 'What you said', unknown: 'I do not remember when I left', unknownTold: 'The agency is told and will ask you',
    photo: 'Take a photo', kept: 'Kept; it is sent where there is a network', keptPhoto: 'The photo is kept and sent; the reviewer can see it', tooLarge: 'The photo is too large',
    askFamily: 'Ask the family', askFamilyText: 'Your phone cannot confirm for the family. Ask them to open Anhu on their own phone and confirm; this evening is fine.',
    askShare: 'Ask the family about the share', askShareText: 'Ask them to open Anhu on their own phone and confirm the personal share of this month.',
    left: 'I left at {time}', ahead: 'This time is still to come; please choose again',
    cannot_sign: 'cannot sign', nobody_there: 'nobody else there', declined: 'does not want to', no_phone: 'has no phone',
  },
)

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    id: '',
    name: '',
    told: null as WorkTold | null,
    pickAt: -1,
    pickValue: '10:00',
    note: null as { tone: 'good' | 'bad'; text: string } | null,
    correction: '',
    remarks: [] as RemarkLine[],
    isRecordShown: false,
    record: null as { taps: RecordLine[]; items: RecordLine[]; found: RecordLine[]; reviews: RecordLine[] } | null,
  },
  work: undefined as Work | undefined,
  about: undefined as Around | undefined,

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id })
  },
  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const [work, about] = await Promise.all([seen('own-work', () => getAll('/api/v1/own-work', { query: spanOf(now()) })), around()])
      this.work = work.value.find(({ fact }) => fact.id === this.data.id)
      this.about = about.value
      this.draw()
      await this.loadCorrection()
      return { data: {}, seen: work }
    })
  },

  draw() {
    const { work, about } = this
    if (!work || !about) return this.setData({ told: null })
    const name = clientName(work.fact.client_id, about)
    const end = this.end()
    const lacks = lackingOf(work, end)
    this.setData({ name, remarks: remarkLines(work, records()), told: workTold(work, name, end), pickAt: lacks === 'clock_out' ? 0 : -1, pickValue: work.ended_at ? timeOf(work.ended_at) : '10:00' })
  },

  end(): EndTold | undefined {
    return endTold(this.data.id, records())
  },

  /** Beside the visit: where it cannot be read, the page is good without it. */
  async loadCorrection() {
    try {
      const all = await seen('corrections', () => getAll('/api/v1/correction-requests'))
      const own: Correction | undefined = all.value.filter(({ visit_id }) => visit_id === this.data.id).pop()
      this.setData({ correction: own ? correctionStates()[own.state] : '' })
    } catch (error) {
      if (!isNoAnswer(error) && !isRefused(error)) throw error
    }
  },

  async act({ detail }: WechatMiniprogram.CustomEvent<{ place: number }>) {
    const deed = this.data.told?.deeds[detail.place]
    if (deed === 'back') back()
    else if (deed === 'call') await callAgency()
    else if (deed === 'record') await this.showRecord()
    else if (deed === 'hours') replace(this.monthPage())
    else if (deed === 'appeal') open(`/pages/appeal/index?id=${this.data.id}`)
    else if (deed === 'explain') await this.explain()
    else if (deed === 'supply') await this.supply()
    else if (deed === 'cannot') await this.cannot()
  },

  /** Where the month is: in hours for a visit, in days for a family's care. */
  monthPage(): string {
    const { fact, service_on: day = '' } = this.work ?? {}
    return fact?.kind === 'care_day' ? `/pages/month/index?client=${fact.client_id ?? ''}&month=${day.slice(0, 7)}-01` : '/pages/hours/index'
  },

  /** A word or a photo for whoever reviews it, or a request to correct. */
  async explain() {
    const { write, photo, correct } = words()
    const place = await choose([write, photo, correct])
    if (place === 0) return this.write('explanation')
    if (place === 1) return this.takePhoto()
    if (place === 2) this.correct()
  },
  write(kind: RemarkKind) {
    open(`/pages/remark/index?id=${this.data.id}&kind=${kind}`)
  },

  async takePhoto() {
    try {
      const taken = await takePhotos(this.data.id, 'explanation', MOST_PHOTOS)
      if (taken.tooLarge) this.say('bad', words().tooLarge)
      else if (Object.keys(taken.shown).length) this.sayKept(taken.saved, words().keptPhoto)
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error
      this.sayKept(false, '')
    }
  },

  async supply() {
    const lacks = this.work && lackingOf(this.work, this.end())
    const { askFamily, askFamilyText, askShare, askShareText } = words()
    if (lacks === 'clock_in') return this.correct()
    const [head, text] = lacks === 'share' ? [askShare, askShareText] : [askFamily, askFamilyText]
    await say(head, text, common().ok)
  },

  /** Why it cannot be supplied: a code where there is one, else in the carer's own words. */
  async cannot() {
    const lacks = this.work && lackingOf(this.work, this.end())
    const codes = lacks === 'confirmation' ? SILENCE : lacks === 'clock_out' ? (['unknown'] as const) : []
    const place = codes.length ? await choose([...codes, 'write' as const].map((each) => words()[each])) : 0
    const code = place === undefined ? undefined : codes[place]
    if (code === 'unknown') this.forgotten()
    else if (code) this.tell('confirmation', { reason: code })
    else if (place !== undefined) this.write('cannot_supply')
  },

  /** A clock-out that was forgotten, and nobody knows when: a person looks. */
  forgotten() {
    this.tell('stated_end', { ended_at: null, reason: 'not_remembered' }, words().unknownTold)
    this.draw()
  },

  /** A clock-out that was forgotten: when the carer says that he left. */
  pick({ detail }: WechatMiniprogram.CustomEvent<{ value: string }>) {
    const ended_at = this.work && statedEnd(this.work, detail.value, now())
    if (!ended_at) return this.say('bad', words().ahead)
    this.tell('stated_end', { ended_at, reason: 'forgotten' })
    this.draw()
  },

  tell(kind: 'confirmation' | 'stated_end', content: Record<string, unknown>, text = words().kept) {
    const { saved } = add(kind, { ...content, occurred_at: iso(phoneNow()) }, { visitId: this.data.id })
    pump()
    this.sayKept(saved, text)
  },
  sayKept(saved: boolean, text: string) {
    this.say(saved ? 'good' : 'bad', saved ? text : common().storageFull)
  },
  say(tone: 'good' | 'bad', text: string) {
    this.setData({ note: { tone, text } })
  },

  correct() {
    open(`/pages/correction/index?id=${this.data.id}`)
  },

  async showRecord() {
    const { work, about } = this
    if (!work || !about) return
    let record: Schemas['Record'] | undefined
    try {
      record = (await seen(`record:${work.fact.id}`, () => get('/api/v1/visits/{visit_id}/record', { path: { visit_id: work.fact.id } }))).value
    } catch (error) {
      if (!isNoAnswer(error) && !isRefused(error)) throw error
    }
    this.setData({
      isRecordShown: true,
      record: { taps: record ? tapLines(record) : [], items: record ? itemLines(record, about.items) : [], found: foundLines(work), reviews: reviewLines(work) },
    })
  },
})

