import { get } from '../../lib/api'
import { timeOf, dayOf, now } from '../../lib/clock'
import { dayWords } from '../../lib/guardian-visits'
import { seen } from '../../lib/cache'
import { isLoggedIn, show } from '../../lib/page'
import { copy, title } from '../../lib/platform'
import { receiptText, sealedOf, type Receipt } from '../../lib/receipts'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '存证凭据',
    what: '这是什么',
    whatText: '这次服务记下了什么，都在这张凭据里，后台签了名。您存好它：以后谁改了记录，都能查出来。',
    made: '{day} {time} 做的',
    rows: '记录 {count} 条',
    sealed: '其中 {count} 条所在的那一天已经封存，不能再改。',
    open: '当天的记录夜里封存。明天再来取一张，就是封存过的。',
    copy: '复制凭据',
    copied: '复制好了',
    notCopied: '还没有复制上',
    notCopiedText: '微信问能不能用剪贴板的时候，请点“允许”，再点一次“复制凭据”。',
    copiedText: '请打开微信里您自己的“文件传输助手”，或者发给您信得过的人，粘贴，存好。',
  },
  {
    title: 'Receipt',
    what: 'What this is',
    whatText: 'All that was recorded of this service, signed by the server. Keep it: whoever changes a record later can be found out by it.',
    made: 'made {day} {time}',
    rows: '{count} records',
    sealed: '{count} of them are of a day that is sealed and cannot be changed.',
    open: 'A day is sealed at night. Fetch the receipt again tomorrow to have it sealed.',
    copy: 'Copy the receipt',
    copied: 'Copied',
    notCopied: 'Not copied yet',
    notCopiedText: 'Please allow the clipboard when WeChat asks, and tap “Copy the receipt” again.',
    copiedText: 'Open a chat with yourself or with somebody you trust, paste it and keep it.',
  },
)

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', made: '', rows: '', sealed: '', isCopied: false, isNotCopied: false },
  id: '',
  kind: '',
  receipt: undefined as Receipt | undefined,

  onLoad({ id = '', kind = 'visit' }: Record<string, string | undefined>) {
    this.id = id
    this.kind = kind
  },
  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const found = await seen(`receipt:${this.id}`, () => ask(this.kind, this.id))
      this.receipt = found.value
      const w = words()
      const { rows, sealed } = sealedOf(found.value)
      const at = Date.parse(found.value.at)
      return {
        data: {
          made: fill(w.made, { day: dayWords(dayOf(at), dayOf(now())), time: timeOf(at) }),
          rows: fill(w.rows, { count: rows }),
          sealed: sealed ? fill(w.sealed, { count: sealed }) : w.open,
        },
        seen: found,
      }
    })
  },

  async copy() {
    if (!this.receipt) return
    const isCopied = await copy(receiptText(this.receipt)).then(() => true, () => false)
    this.setData({ isCopied, isNotCopied: !isCopied })
  },
})

function ask(kind: string, id: string): Promise<Receipt> {
  if (kind === 'care_day') return get('/api/v1/care-days/{care_day_id}/receipt', { path: { care_day_id: id } })
  return get('/api/v1/facts/{fact_id}/receipt', { path: { fact_id: id } })
}
