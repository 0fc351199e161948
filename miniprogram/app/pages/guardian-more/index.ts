import { callClient, cared } from '../../lib/cared'
import { isLoggedIn } from '../../lib/page'
import { ask, open, say, title } from '../../lib/platform'
import { look } from '../../lib/settings'
import { fill, wording } from '../../lib/texts'

const words = wording(
  { title: '更多', call: '怎么称呼{name}', callText: '您起的称呼，只存在这部手机里', callAsk: '您怎么称呼？', callHint: '例如：妈妈', full: '手机存储满了，没有存下。', yes: '好', no: '返回', plan: '计划和协议', planText: '看一看，签字', complaint: '投诉', complaintText: '可以只让医保经办机构知道', consents: '授权', consentsText: '同意过什么，可以收回', messages: '消息', messagesText: '机构和医保经办的答复', settings: '设置', settingsText: '大字、语言、换身份、退出' },
  { title: 'More', call: 'What you call {name}', callText: 'A name of your own, on this phone only', callAsk: 'What do you call this person?', callHint: 'Mum, for example', full: 'This phone is full; the name is not kept.', yes: 'OK', no: 'Back', plan: 'Plan and agreement', planText: 'Read and sign', complaint: 'Complaint', complaintText: 'The fund alone can be told', consents: 'Consents', consentsText: 'What was agreed; take it back', messages: 'Messages', messagesText: 'Answers of agency and fund', settings: 'Settings', settingsText: 'Large type, language, role, log out' },
)
/** Each line and the page it opens. */
const LINES = { plan: 'guardian-plan', complaint: 'guardian-complaint', consents: 'guardian-consents', messages: 'messages', settings: 'settings' } as const

Page({
  data: { w: words(), look: '', clientId: '', call: '', lines: [] as { page: string; title: string; note: string }[] },

  onShow() {
    if (!isLoggedIn()) return
    const w = words()
    this.setData({ w, look: look(), lines: (Object.keys(LINES) as (keyof typeof LINES)[]).map((name) => ({ page: LINES[name], title: w[name], note: w[`${name}Text`] })) })
    title(w.title)
    void this.load()
  },
  /** Where nobody can be read there is nobody to name; the other lines need no network. */
  async load() {
    const chosen = (await cared().catch(() => undefined))?.value.chosen
    this.setData({ clientId: chosen?.id ?? '', call: chosen ? fill(words().call, { name: chosen.person.name }) : '' })
  },
  /** An empty name gives the masked one back. */
  async callBy() {
    const w = words()
    const name = await ask(w.callAsk, w.callHint, w.yes, w.no)
    if (name === undefined) return
    if (!callClient(this.data.clientId, name)) await say(w.callAsk, w.full, w.yes)
    await this.load()
  },
  openLine({ currentTarget }: WechatMiniprogram.TouchEvent) {
    open(`/pages/${String(currentTarget.dataset['page'])}/index`)
  },
})
