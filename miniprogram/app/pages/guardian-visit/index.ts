import { get, isRefused, post, type Schemas } from '../../lib/api'
import { whyNotSent } from '../../lib/asking'
import { seen, type Visit } from '../../lib/cache'
import { cared } from '../../lib/cared'
import { dayOf, iso, now, phoneNow, timeOf } from '../../lib/clock'
import { asksWhy, endedAt, isRatingComplete, nextQuestion, outcomeOf, progress, REASONS, saidOf, statement, toConfirm, type Answers, type Question } from '../../lib/confirming'
import { carersOf, countedText, dayWords, itemNames, recordOf, timesOf, visitOf, type VisitRecord } from '../../lib/guardian-visits'
import { newId } from '../../lib/ids'
import { add, find, flush, pump, records } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { back, buzz, open, title } from '../../lib/platform'
import { askAtTap, learnReminders } from '../../lib/subscribing'
import { common, fill, wording } from '../../lib/texts'
import { itemWords, outcomeWords, questionWords, reasonWords, scoreWords } from '../../lib/visit-words'

const words = wording(
  {
    title: '这次服务',
    step: '第 {place} 个问题，共 {of} 个',
    noItems: '没有记下做了什么。',
    noEnd: '几点走的没有记下。',
    setEnd: '几点走的？点这里选',
    ended: '{time} 走的',
    signHint: '请用手指写您的名字',
    clear: '重写',
    kept: '没有网，您说的已存在手机里，有网就发出去。',
    wrong: '答错了，重新说',
    rateTitle: '您满意吗？',
    rateText: '护理员看不到您打的分。',
    later: '现在不想打分，点左上角返回就好。',
    who: '{client} · 护理员{carer}',
    why: '哪里不满意？可以多选',
    send: '发出',
    rated: '谢谢，您的评价记下了',
    receipt: '看存证凭据',
    complain: '投诉',
    items: '做了什么',
    said: '您说过的',
    next: '好，回去',
  },
  {
    title: 'This visit',
    step: 'Question {place} of {of}',
    noItems: 'What was done is not recorded.',
    noEnd: 'When the carer left is not recorded.',
    setEnd: 'When did the carer leave? Tap to choose',
    ended: 'left at {time}',
    signHint: 'Write your name with a finger',
    clear: 'Again',
    kept: 'No network; what you said is kept on this phone and sent when there is one.',
    wrong: 'That was wrong, answer again',
    rateTitle: 'Are you content?',
    rateText: 'The carer does not see your rating.',
    later: 'You need not rate now; go back at the top left.',
    who: '{client} · carer {carer}',
    why: 'What was not good? Choose one or more',
    send: 'Send',
    rated: 'Thank you, your rating is recorded',
    receipt: 'See the receipt',
    complain: 'Complain',
    items: 'What was done',
    said: 'What you said',
    next: 'Good, go back',
  },
)

const SCORES = [5, 4, 3, 2, 1] as const

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    id: '',
    head: { who: '', day: '', span: '', minutes: '' },
    items: [] as { code: string; name: string; outcome: string; tone: string }[],
    question: null as { name: Question; ask: string; yes: string; no: string; unknown: string; absent: string; step: string } | null,
    needsEnd: false,
    endText: '',
    isSigned: false,
    said: null as { title: string; text: string; tone: string } | null,
    rating: null as { scores: { score: number; text: string }[]; score: number; reasons: { code: string; text: string; outcome: string }[]; isComplete: boolean } | null,
    trouble: '',
    isBusy: false,
  },
  visit: undefined as Visit | undefined,
  record: undefined as VisitRecord | undefined,
  answers: {} as Answers,
  ratingId: '',

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id, w: words() })
    this.ratingId = newId(phoneNow())
  },
  onShow() {
    if (!isLoggedIn()) return
    title(words().title)
    void this.load()
    void learnReminders()
  },

  async load() {
    await show(this, async () => {
      const [visit, record, names, mayRate] = await Promise.all([visitOf(this.data.id), recordFor(this.data.id), itemNames(), isUnrated(this.data.id)])
      this.visit = visit.value
      this.record = record
      const { day, span } = timesOf(visit.value)
      const minutes = record?.minutes ? countedText(record) : ''
      this.setData({ head: { who: await whoIs(visit.value), day: dayWords(day, dayOf(now())), span, minutes }, items: itemsOf(record, names), needsEnd: !visit.value.ended_at })
      this.draw(mayRate)
      return { data: {}, seen: visit }
    })
  },

  /** The next question; when there is none, what was said, and the rating where one is asked. */
  draw(mayRate: boolean) {
    const { visit } = this
    if (!visit) return
    const own = saidOf(records()).get(visit.id)
    const isAsked = toConfirm([visit], new Map(), visit.client_id, now()).length > 0
    const name = own || !isAsked ? undefined : nextQuestion(this.answers, this.data.items.length > 0)
    this.setData({
      question: name ? questionOf(name, this.data.items.length > 0) : null,
      said: own ? saidWords(own.record, own.state === 'kept') : null,
      rating: mayRate && !name ? this.data.rating ?? emptyRating() : null,
    })
  },

  // --- five statements, one at a time ---

  async answer({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const { question } = this.data
    if (!question) return
    const word = { yes: true, no: false, unknown: null }[String(currentTarget.dataset['word'])] ?? null
    if (question.name === 'sign') this.answers.isSigned = word === true
    else this.answers[question.name] = word
    await this.goOn()
  },
  async wasAbsent() {
    this.answers = { wasAbsent: true }
    await this.goOn()
  },
  again() {
    this.answers = {}
    this.setData({ endText: '', isSigned: false })
    this.draw(false)
  },
  chooseEnd({ detail }: WechatMiniprogram.CustomEvent<{ value: string }>) {
    if (!this.visit) return
    this.answers.endedAt = endedAt(this.visit, detail.value)
    this.setData({ endText: fill(words().ended, { time: timeOf(this.answers.endedAt) }) })
  },
  signed({ detail }: WechatMiniprogram.CustomEvent<{ isSigned: boolean }>) {
    this.setData({ isSigned: detail.isSigned })
  },

  async goOn() {
    if (nextQuestion(this.answers, this.data.items.length > 0)) return this.draw(false)
    const content = statement(this.answers, iso(phoneNow()))
    if (!content) return
    const { id, saved } = add('confirmation', content, { visitId: this.data.id })
    buzz()
    this.draw(false)
    if (!saved) this.setData({ trouble: common().storageFull })
    await flush()
    pump()
    const kept = find(id)
    if (kept?.state === 'stuck') this.setData({ trouble: kept.answer?.message ?? '' })
    this.draw(await isUnrated(this.data.id))
  },

  // --- rating ---

  score({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const score = Number(currentTarget.dataset['score'])
    const rating = { ...(this.data.rating ?? emptyRating()), score, reasons: asksWhy(score) ? reasonLines([]) : [] }
    this.setData({ rating: { ...rating, isComplete: isRatingComplete(score, []) } })
    if (!asksWhy(score)) void this.rate()
  },
  tickReason({ currentTarget, detail }: WechatMiniprogram.CustomEvent<{ done: boolean }>) {
    const { rating } = this.data
    if (!rating) return
    const chosen = chosenReasons(rating).filter((code) => code !== currentTarget.dataset['code'])
    if (detail.done) chosen.push(String(currentTarget.dataset['code']))
    this.setData({ rating: { ...rating, reasons: reasonLines(chosen), isComplete: isRatingComplete(rating.score, chosen) } })
  },
  async rate() {
    const { rating, id } = this.data
    if (!rating?.isComplete || this.data.isBusy) return
    this.setData({ isBusy: true, trouble: '' })
    const reasons = chosenReasons(rating) as Schemas['Rating']['reasons']
    try {
      await post('/api/v1/visits/{visit_id}/rating', { id: this.ratingId, score: rating.score, reasons, occurred_at: iso(phoneNow()) }, { path: { visit_id: id } })
      this.setData({ rating: null, said: { title: words().rated, text: words().rateText, tone: 'good' } })
    } catch (error) {
      this.setData({ trouble: whyNotSent(error) })
    }
    this.setData({ isBusy: false })
  },
  goBack() {
    if (this.data.said) askAtTap()
    back()
  },
  openReceipt() {
    open(`/pages/guardian-receipt/index?id=${this.data.id}&kind=visit`)
  },
  openComplaint() {
    open('/pages/guardian-complaint/index')
  },
})

/** A visit without any tap has no record. */
async function recordFor(id: string): Promise<VisitRecord | undefined> {
  try {
    return (await recordOf(id)).value
  } catch (error) {
    if (isRefused(error) && error.status === 404) return undefined
    throw error
  }
}

/** Asked for a rating and not given yet, as far as this phone can know. */
async function isUnrated(id: string): Promise<boolean> {
  const found = await seen('unrated', () => get('/api/v1/ratings/unrated', { query: { limit: 100 } }).then(({ items }) => items))
  return found.value.some(({ visit_id }) => visit_id === id)
}

/** Whom it was for and who came: people may speak for several. */
async function whoIs(visit: Visit): Promise<string> {
  const [people, carers] = await Promise.all([cared(), carersOf(visit.client_id)])
  const client = people.value.clients.find(({ id }) => id === visit.client_id)?.person.name ?? ''
  return fill(words().who, { client, carer: carers[visit.carer_id] ?? '' })
}

function itemsOf(record: VisitRecord | undefined, names: Record<string, string>) {
  const tones = { done: 'good', refused: 'plain', not_done: 'wait', extra: 'wait' } as const
  return [...(record?.items ?? [])].sort((a, b) => a.item_code.localeCompare(b.item_code)).map(({ item_code: code, outcome }) => ({ code, name: names[code] ?? code, outcome: itemWords()[outcome], tone: tones[outcome] }))
}

function questionOf(name: Question, hasItems: boolean) {
  const w = questionWords()
  return {
    name,
    ask: w[`${name}Ask`],
    yes: w[`${name}Yes`],
    no: w[`${name}No`],
    unknown: name === 'sign' ? '' : w.unknown,
    absent: name === 'service' ? w.absent : '',
    step: fill(words().step, progress(name, hasItems)),
  }
}

function saidWords(record: Record<string, unknown>, isKept: boolean) {
  const outcome = outcomeOf(record)
  const w = outcomeWords()
  return { title: w[outcome], text: isKept ? words().kept : w[`${outcome}Text`], tone: isKept ? 'warn' : 'good' }
}

function emptyRating() {
  return { scores: SCORES.map((score) => ({ score, text: scoreWords()[score] })), score: 0, reasons: [] as { code: string; text: string; outcome: string }[], isComplete: false }
}

function reasonLines(chosen: readonly string[]) {
  return REASONS.map((code) => ({ code, text: reasonWords()[code], outcome: chosen.includes(code) ? 'done' : 'open' }))
}

function chosenReasons({ reasons }: { reasons: { code: string; outcome: string }[] }): string[] {
  return reasons.filter(({ outcome }) => outcome === 'done').map(({ code }) => code)
}
