import { lastSeen } from '../../lib/cache'
import { draft, forgetDraft, keepDraft } from '../../lib/drafts'
import { find, flush, pump } from '../../lib/outbox'
import { standingOf, workTold, type Work } from '../../lib/own-work'
import { isLoggedIn, show } from '../../lib/page'
import { back, title } from '../../lib/platform'
import { addRemark, type RemarkKind } from '../../lib/remarks'
import { common, wording } from '../../lib/texts'

const words = wording(
  {
    title: '补充说明', explanation: '说说那天的情况', cannot_supply: '为什么补不了', leadText: '审核的人会看到。核实完以前都可以说，没有网也可以写。',
    hint: '例如：屋里没有信号，女儿在家。', label: '您的说明', send: '交上去', empty: '请先写一句说明。',
    sent: '说明交上去了', sentText: '审核的人能看到，您不用再做什么。', kept: '说明存好了', keptText: '在手机里，有网就发出去，不用您重写。',
    refused: '说明没有交上去', ok: '好，回去', gone: '这一次已经有结果了', goneText: '没有通过的，可以申诉。',
  },
  {
    title: 'Explain', explanation: 'Say how it was', cannot_supply: 'Why it cannot be supplied', leadText: 'The reviewer reads it. You may say something until it is decided, also without a network.',
    hint: 'For example: no signal indoors, the daughter was at home.', label: 'Your words', send: 'Send', empty: 'Please write a sentence first.',
    sent: 'Your words are sent', sentText: 'The reviewer can read them; you need do nothing more.', kept: 'Your words are kept', keptText: 'They are on this phone and sent where there is a network.',
    refused: 'Your words were not taken', ok: 'Good, go back', gone: 'This one is decided', goneText: 'What was not accepted can be appealed.',
  },
)

Page({
  data: {
    w: words(), look: '', state: 'loading', stateText: '', id: '', kind: 'explanation' as RemarkKind, lead: '', reason: '', text: '', trouble: '', isBusy: false, isOpen: true,
    done: null as { tone: string; title: string; text: string } | null,
  },

  onLoad({ id = '', kind }: Record<string, string | undefined>) {
    this.setData({ id, kind: kind === 'cannot_supply' ? kind : 'explanation' })
  },
  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  /** What the page before read is enough; a care day is not in it, and the server says whether it may still be. */
  async load() {
    await show(this, async () => {
      const work = lastSeen<Work[]>('own-work')?.value.find(({ fact }) => fact.id === this.data.id)
      const isOpen = !work || ['in_review', 'asked', 'open'].includes(standingOf(work))
      const reason = work && isOpen ? workTold(work, '').body : ''
      return { data: { isOpen, reason, lead: words()[this.data.kind], text: draft<string>(`remark:${this.data.id}`) ?? '' } }
    })
  },

  typed({ detail }: WechatMiniprogram.Input) {
    this.setData({ text: detail.value })
    keepDraft(`remark:${this.data.id}`, detail.value)
  },

  async send() {
    if (this.data.isBusy) return
    if (!this.data.text.trim()) return this.setData({ trouble: words().empty })
    this.setData({ isBusy: true, trouble: '' })
    const { id, saved } = addRemark(this.data.id, this.data.kind, this.data.text)
    if (!saved) this.setData({ trouble: common().storageFull })
    else forgetDraft(`remark:${this.data.id}`)
    await flush()
    pump()
    this.setData({ isBusy: false, done: doneOf(id) })
  },

  back() {
    back()
  },
})

/** Sent, kept, or refused with the server's reason; then the words stay on the phone. */
function doneOf(id: string) {
  const w = words()
  const kept = find(id)
  if (kept?.state === 'stuck') return { tone: 'bad', title: w.refused, text: kept.answer?.message ?? '' }
  if (kept?.state === 'kept') return { tone: 'info', title: w.kept, text: w.keptText }
  return { tone: 'good', title: w.sent, text: w.sentText }
}
