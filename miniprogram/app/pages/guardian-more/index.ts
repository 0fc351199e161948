import { isLoggedIn } from '../../lib/page'
import { open, title } from '../../lib/platform'
import { look } from '../../lib/settings'
import { wording } from '../../lib/texts'

const words = wording(
  { title: '更多', plan: '计划和协议', planText: '看一看，签字', complaint: '投诉', complaintText: '可以只让医保经办机构知道', consents: '授权', consentsText: '同意过什么，可以收回' },
  { title: 'More', plan: 'Plan and agreement', planText: 'Read and sign', complaint: 'Complaint', complaintText: 'The fund alone can be told', consents: 'Consents', consentsText: 'What was agreed; take it back' },
)
const LINES = ['plan', 'complaint', 'consents'] as const

Page({
  data: { w: words(), look: '', lines: [] as { name: string; title: string; note: string }[] },

  onShow() {
    if (!isLoggedIn()) return
    const w = words()
    this.setData({ w, look: look(), lines: LINES.map((name) => ({ name, title: w[name], note: w[`${name}Text`] })) })
    title(w.title)
  },
  openLine({ currentTarget }: WechatMiniprogram.TouchEvent) {
    open(`/pages/guardian-${String(currentTarget.dataset['name'])}/index`)
  },
})
