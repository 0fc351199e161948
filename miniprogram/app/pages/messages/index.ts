import { get, isNoAnswer, isRefused, post } from '../../lib/api'
import { seen } from '../../lib/cache'
import { dayOf, timeOf } from '../../lib/clock'
import { targetOf, type Message } from '../../lib/messages'
import { dateWord } from '../../lib/own-work'
import { isLoggedIn, show } from '../../lib/page'
import { open, title } from '../../lib/platform'
import { wording } from '../../lib/texts'

const words = wording(
  { title: '消息', none: '没有消息', noneText: '服务有了结果、证书快到期、补助发出，都会写在这里。', fresh: '新' },
  { title: 'Messages', none: 'No messages', noneText: 'What became of visits, certificates that end, subsidies paid: all is told here.', fresh: 'new' },
)

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', lines: [] as ReturnType<typeof lineOf>[] },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  /** Shown once is read; where the mark cannot be made they are new again the next time. */
  async load() {
    await show(this, async () => {
      const found = await seen('messages', () => get('/api/v1/messages'))
      if (found.isFresh) void this.mark(found.value.items.filter(({ is_read }) => !is_read).map(({ id }) => id))
      return { data: { lines: found.value.items.map(lineOf) }, seen: found }
    })
  },

  async mark(ids: string[]) {
    if (!ids.length) return
    try {
      await post('/api/v1/messages/read', { ids })
    } catch (error) {
      if (!isNoAnswer(error) && !isRefused(error)) throw error
    }
  },

  openMessage({ currentTarget }: WechatMiniprogram.TouchEvent) {
    const { target } = currentTarget.dataset
    if (target) open(String(target))
  },
})

function lineOf(message: Message) {
  const target = targetOf(message)
  return { id: message.id, title: message.text, note: `${dateWord(dayOf(Date.parse(message.told_at)))} ${timeOf(message.told_at)}`, isNew: !message.is_read, target, hasTarget: target !== '' }
}
