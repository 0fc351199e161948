import { get, isRefused, post, type Schemas } from '../../lib/api'
import { seen } from '../../lib/cache'
import { phoneNow } from '../../lib/clock'
import { correctionBody, correctionLacks, draftOf, reasonWords, REASONS, type CorrectionDraft, type Kind } from '../../lib/correcting'
import { draft, forgetDraft, keepDraft } from '../../lib/drafts'
import { newId } from '../../lib/ids'
import { dateWord } from '../../lib/own-work'
import { isLoggedIn, sentence, show } from '../../lib/page'
import { choose, title } from '../../lib/platform'
import { wording } from '../../lib/texts'

const words = wording(
  {
    title: '申请更正', lead: '{day} 的记录', leadText: '原来的记录留着。申请了不等于改了，机构会核实。',
    kindTimes: '时间不对', kindSwapped: '签到签退点反了', from: '几点到的', to: '几点走的', unset: '点这里选',
    reason: '为什么不对', label: '补一句说明', hint: '可以不写', send: '交上去',
    sent: '申请交上去了', sentText: '机构会核实，有结果会给您发消息。', keptText: '填的内容还在手机里。',
    lackTimes: '请把到的和走的时间都选好。', lackOrder: '到的和走的时间一样，请再看一看。', lackSame: '和原来的记录一样，没有要改的。', lackReason: '请选一个原因。', lackNote: '选了“其他”，请写一句说明。',
  },
  {
    title: 'Ask for a correction', lead: 'The record of {day}', leadText: 'The first record stays. Asking changes nothing yet: the agency looks into it.',
    kindTimes: 'The times are wrong', kindSwapped: 'In and out were swapped', from: 'I came at', to: 'I left at', unset: 'choose',
    reason: 'Why it is wrong', label: 'Your words', hint: 'may stay empty', send: 'Send',
    sent: 'The request is sent', sentText: 'The agency looks into it; you get a message.', keptText: 'What you entered is still on the phone.',
    lackTimes: 'Please choose both times.', lackOrder: 'Both times are the same.', lackSame: 'This is the same as the record.', lackReason: 'Please choose a reason.', lackNote: 'For another reason, please write a sentence.',
  },
)

const LACKS = { times: 'lackTimes', order: 'lackOrder', same: 'lackSame', reason: 'lackReason', note: 'lackNote' } as const

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    id: '',
    lead: '',
    draft: { id: '', kind: 'times', reason: '', from: '', to: '', note: '' } as CorrectionDraft,
    reasonText: '',
    trouble: '',
    isBusy: false,
    isSent: false,
  },
  record: undefined as Schemas['Record'] | undefined,

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
      const { id } = this.data
      const record = await seen(`record:${id}`, () => get('/api/v1/visits/{visit_id}/record', { path: { visit_id: id } }))
      this.record = record.value
      this.change(draft<CorrectionDraft>(`correction:${id}`) ?? draftOf(record.value, newId(phoneNow())))
      return { data: { lead: words().lead.replace('{day}', dateWord(record.value.service_on)) } }
    })
  },

  change(changed: Partial<CorrectionDraft>) {
    const now = { ...this.data.draft, ...changed }
    this.setData({ draft: now, trouble: '', reasonText: now.reason ? reasonWords()[now.reason as (typeof REASONS)[number]] : words().unset })
  },
  edit(changed: Partial<CorrectionDraft>) {
    this.change(changed)
    keepDraft(`correction:${this.data.id}`, this.data.draft)
  },

  chooseKind({ currentTarget }: WechatMiniprogram.BaseEvent) {
    this.edit({ kind: String(currentTarget.dataset['kind']) as Kind })
  },
  pickFrom({ detail }: WechatMiniprogram.PickerChange) {
    this.edit({ from: String(detail.value) })
  },
  pickTo({ detail }: WechatMiniprogram.PickerChange) {
    this.edit({ to: String(detail.value) })
  },
  typed({ detail }: WechatMiniprogram.Input) {
    this.edit({ note: detail.value })
  },
  async chooseReason() {
    const place = await choose(REASONS.map((each) => reasonWords()[each]))
    const reason = place === undefined ? undefined : REASONS[place]
    if (reason) this.edit({ reason })
  },

  async send() {
    const { record } = this
    if (!record) return
    const lacks = correctionLacks(this.data.draft, record)
    if (lacks) return this.setData({ trouble: words()[LACKS[lacks]] })
    this.setData({ isBusy: true, trouble: '' })
    try {
      await post('/api/v1/correction-requests', correctionBody(this.data.draft, this.data.id, record))
      forgetDraft(`correction:${this.data.id}`)
      this.setData({ isSent: true })
    } catch (error) {
      const why = sentence(error)
      this.setData({ trouble: isRefused(error) ? why : `${why} ${words().keptText}` })
    }
    this.setData({ isBusy: false })
  },
})
