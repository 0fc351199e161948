import { isLoggedIn } from '../../lib/page'
import { open, title } from '../../lib/platform'
import { look } from '../../lib/settings'
import { wording } from '../../lib/texts'

const words = wording(
  { title: '更多', plan: '计划和协议', planText: '看一看，签字', complaint: '投诉', complaintText: '可以只让医保经办机构知道', consents: '授权', consentsText: '同意过什么，可以收回', messages: '消息', messagesText: '机构和医保经办的答复', settings: '设置', settingsText: '大字、语言、换身份、退出' },
  { title: 'More', plan: 'Plan and agreement', planText: 'Read and sign', complaint: 'Complaint', complaintText: 'The fund alone can be told', consents: 'Consents', consentsText: 'What was agreed; take it back', messages: 'Messages', messagesText: 'Answers of agency and fund', settings: 'Settings', settingsText: 'Large type, language, role, log out' },
)
/** Each line and the page it opens. */
const LINES = { plan: 'guardian-plan', complaint: 'guardian-complaint', consents: 'guardian-consents', messages: 'messages', settings: 'settings' } as const

Page({
  data: { w: words(), look: '', lines: [] as { page: string; title: string; note: string }[] },

  onShow() {
    if (!isLoggedIn()) return
    const w = words()
    this.setData({ w, look: look(), lines: (Object.keys(LINES) as (keyof typeof LINES)[]).map((name) => ({ page: LINES[name], title: w[name], note: w[`${name}Text`] })) })
    title(w.title)
  },
  openLine({ currentTarget }: WechatMiniprogram.TouchEvent) {
    open(`/pages/${String(currentTarget.dataset['page'])}/index`)
  },
})
