import { isRefused, post } from '../../lib/api'
import { lastSeen } from '../../lib/cache'
import { phoneNow } from '../../lib/clock'
import { draft, forgetDraft, keepDraft } from '../../lib/drafts'
import { newId } from '../../lib/ids'
import { standingOf, workTold, type Work } from '../../lib/own-work'
import { isLoggedIn, sentence, show } from '../../lib/page'
import { back, title } from '../../lib/platform'
import { wording } from '../../lib/texts'

const words = wording(
  {
    title: '申诉', lead: '说说那天的情况', leadText: '会换一个人再看，原来的决定留着。一次服务只能申诉一次。',
    hint: '例如：我在门口，手机没有信号，家属王秀英在家。', label: '您的说明', send: '交上去',
    sent: '申诉交上去了', sentText: '会换一个人再看，有结果会给您发消息。', gone: '这一次不能申诉', goneText: '已经申诉过，或者申诉的日子过了。', empty: '请先写一句说明。',
    keptText: '写的字还在手机里。',
  },
  {
    title: 'Appeal', lead: 'Say how it was that day', leadText: 'Somebody else looks again; what was decided stays on record. A visit is appealed once.',
    hint: 'For example: I was at the door, the phone had no signal.', label: 'Your words', send: 'Send',
    sent: 'The appeal is sent', sentText: 'Somebody else looks again; you get a message.', gone: 'This one cannot be appealed', goneText: 'It was appealed before, or its days are over.', empty: 'Please write a sentence first.',
    keptText: 'What you wrote is still on the phone.',
  },
)

interface Draft {
  id: string
  note: string
}

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', id: '', reason: '', note: '', trouble: '', isBusy: false, isSent: false, isOpen: false },
  appealId: '',

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id })
  },
  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  /** What the page before read is enough: the server says whether it may still be. */
  async load() {
    await show(this, async () => {
      const work = lastSeen<Work[]>('own-work')?.value.find(({ fact }) => fact.id === this.data.id)
      const kept = draft<Draft>(`appeal:${this.data.id}`)
      this.appealId = kept?.id ?? newId(phoneNow())
      const isOpen = work !== undefined && standingOf(work) === 'rejected'
      return { data: { isOpen, reason: work && isOpen ? workTold(work, '').body : '', note: kept?.note ?? '' } }
    })
  },

  typed({ detail }: WechatMiniprogram.Input) {
    this.setData({ note: detail.value })
    keepDraft(`appeal:${this.data.id}`, { id: this.appealId, note: detail.value } satisfies Draft)
  },

  /** The same id over tries: an answer that was lost makes no second appeal. */
  async send() {
    const note = this.data.note.trim()
    if (!note) return this.setData({ trouble: words().empty })
    this.setData({ isBusy: true, trouble: '' })
    try {
      await post('/api/v1/facts/{fact_id}/appeal', { id: this.appealId, note }, { path: { fact_id: this.data.id } })
      forgetDraft(`appeal:${this.data.id}`)
      this.setData({ isSent: true })
    } catch (error) {
      const why = sentence(error)
      this.setData({ trouble: isRefused(error) ? why : `${why} ${words().keptText}` })
    }
    this.setData({ isBusy: false })
  },

  back() {
    back()
  },
})
