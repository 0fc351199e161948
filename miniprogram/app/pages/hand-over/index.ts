import { asksWhy, isRatingComplete, progress, REASONS } from '../../lib/confirming'
import { addHandedOver, addRating, asksRating, QUESTIONS, ratingTerms, type Answers, type RatingTerms } from '../../lib/handed-over'
import type { Visit } from '../../lib/cache'
import { timeOf } from '../../lib/clock'
import { records } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { hideHome, restart, title } from '../../lib/platform'
import { common, fill, wording } from '../../lib/texts'
import { visitOf } from '../../lib/visit-of'
import { reasonWords, scoreWords } from '../../lib/visit-words'
import { linesOf, stageOf, tappedAt } from '../../lib/visits'

const words = wording(
  {
    title: '请您确认',
    intro: '请{name}或家属回答。护理员看不到您的答案。',
    step: '第 {place} 个，共 {of} 个',
    before: '答错了，回到上一个',
    service: '今天的护理做过了，对吗？',
    times: '{in} 来，{out} 走，时间对吗？',
    timesOpen: '{in} 来的，时间对吗？',
    items: '做了这些，对吗？{items}',
    noItems: '没有记下做了哪些项目，对吗？',
    yes: '对',
    no: '不对',
    unknown: '说不清',
    sign: '请在框里签名',
    clear: '重写',
    signed: '签好了',
    unsigned: '不签名',
    rate: '您满意吗？',
    rateText: '护理员看不到您打的分，在这部手机上也查不到。',
    why: '哪里不满意？可以多选',
    send: '好了',
    again: '重新选',
    skip: '不打分',
    thanks: '谢谢您',
    thanksText: '请把手机还给护理员。您也可以在自己的手机上确认和打分，护理员看不到。',
    giveBack: '还给护理员',
  },
  {
    title: 'Please confirm',
    intro: 'For {name} or the family to answer. The carer does not see it.',
    step: '{place} of {of}',
    before: 'That was wrong, one back',
    service: 'The care was given today. Is that right?',
    times: 'Came at {in}, left at {out}. Is that right?',
    timesOpen: 'Came at {in}. Is that right?',
    items: 'These were done. Is that right? {items}',
    noItems: 'Nothing was noted as done. Is that right?',
    yes: 'Yes',
    no: 'No',
    unknown: 'I cannot say',
    sign: 'Please sign in the box',
    clear: 'Write again',
    signed: 'Signed',
    unsigned: 'No signature',
    rate: 'Are you content?',
    rateText: 'The carer does not see your rating, nor can it be found on this phone.',
    why: 'What was not good? Choose one or more',
    send: 'Done',
    again: 'Choose again',
    skip: 'No rating',
    thanks: 'Thank you',
    thanksText: 'Please give the phone back. You may also confirm and rate on your own phone; the carer does not see it.',
    giveBack: 'Back to the carer',
  },
)

const SCORES = [5, 4, 3, 2, 1] as const
const ASKED = [...QUESTIONS, 'sign'] as const

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    id: '',
    intro: '',
    questions: ['', '', ''],
    /** One for each question, and for the signature. */
    places: ['', '', '', ''],
    /** 0 to 2 a question, 3 the signature, 4 the rating, 5 done. */
    step: 0,
    isSigned: false,
    scores: [] as { score: number; text: string }[],
    score: 0,
    reasons: [] as { code: string; text: string; outcome: string }[],
    isComplete: false,
    isBusy: false,
    thanksText: '',
  },
  answers: {} as Answers,
  /** Undefined where no rating is asked for. */
  terms: undefined as RatingTerms | undefined,

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id })
  },
  onShow() {
    if (!isLoggedIn()) return
    hideHome()
    title(words().title)
    void this.load()
  },
  async load() {
    await show(this, async () => {
      const { visit, about, name } = await visitOf(this.data.id)
      const w = words()
      const kept = records()
      if (visit) void this.askTerms(visit)
      const at = (kind: 'clock_in' | 'clock_out') => (visit ? tappedAt(visit, kept, kind) : null)
      const [from, to] = [at('clock_in'), at('clock_out')]
      const times = from && to ? fill(w.times, { in: timeOf(from), out: timeOf(to) }) : fill(w.timesOpen, { in: from ? timeOf(from) : '?' })
      const done = visit ? linesOf(visit, about, {}, kept).filter(({ outcome }) => outcome === 'done' || outcome === 'extra') : []
      const items = done.length ? fill(w.items, { items: done.map((line) => line.name).join('、') }) : w.noItems
      return { data: { w, scores: SCORES.map((score) => ({ score, text: scoreWords()[score] })), intro: fill(w.intro, { name }), questions: [w.service, times, items], places: ASKED.map((name) => fill(w.step, progress(name, true))) } }
    })
  },

  /** Nobody waits for them: where they come too late, no rating is asked for. */
  async askTerms(visit: Visit) {
    const terms = await ratingTerms()
    this.terms = asksRating(terms, stageOf(visit, records()), visit.id, records()) ? terms : undefined
  },

  answer({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const question = QUESTIONS[this.data.step]
    const word = { yes: true, no: false, unknown: null }[String(currentTarget.dataset['word'])] ?? null
    if (!question) return
    this.answers = { ...this.answers, [question]: word }
    this.setData({ step: this.data.step + 1 })
  },
  /** Nothing is kept before the signature: who tapped wrongly answers again. */
  before() {
    this.setData({ step: this.data.step - 1, isSigned: false })
  },
  signed({ detail }: WechatMiniprogram.CustomEvent<{ isSigned: boolean }>) {
    this.setData({ isSigned: detail.isSigned })
  },
  finish({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const saved = addHandedOver(this.data.id, this.answers, currentTarget.dataset['signed'] === true)
    this.answers = {}
    this.setData({ step: this.terms ? 4 : 5, thanksText: saved ? words().thanksText : common().storageFull })
  },

  // --- rating: what is chosen leaves this page in a box only ---

  async rate({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const score = Number(currentTarget.dataset['score'])
    this.setData({ score, reasons: asksWhy(score) ? reasonLines([]) : [], isComplete: false })
    if (!asksWhy(score)) await this.keepRating()
  },
  tickReason({ currentTarget, detail }: WechatMiniprogram.CustomEvent<{ done: boolean }>) {
    const chosen = this.chosen().filter((code) => code !== currentTarget.dataset['code'])
    if (detail.done) chosen.push(String(currentTarget.dataset['code']))
    this.setData({ reasons: reasonLines(chosen), isComplete: isRatingComplete(this.data.score, chosen) })
  },
  chosen(): string[] {
    return this.data.reasons.filter(({ outcome }) => outcome === 'done').map(({ code }) => code)
  },
  async keepRating() {
    const { terms, data } = this
    if (!terms || data.isBusy || !isRatingComplete(data.score, this.chosen())) return
    this.setData({ isBusy: true })
    const saved = await addRating(data.id, data.score, this.chosen(), terms)
    if (!saved) this.setData({ thanksText: common().storageFull })
    this.endRating()
  },
  scoreAgain() {
    this.setData({ score: 0, reasons: [], isComplete: false })
  },
  endRating() {
    this.setData({ step: 5, score: 0, reasons: [], isBusy: false })
  },
  giveBack() {
    restart('/pages/today/index')
  },
})

function reasonLines(chosen: readonly string[]) {
  return REASONS.map((code) => ({ code, text: reasonWords()[code], outcome: chosen.includes(code) ? 'done' : 'open' }))
}
