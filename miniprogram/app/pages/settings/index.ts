import { isLoggedIn } from '../../lib/page'
import { choose, open, title } from '../../lib/platform'
import { isLarge, language, look, setLanguage, setLarge } from '../../lib/settings'
import { role } from '../../lib/session'
import { wording } from '../../lib/texts'

const words = wording(
  { title: '设置', certificates: '我的证书', certificatesNote: '哪天到期', consents: '授权', consentsNote: '同意过的，可以收回', large: '大字', language: '语言 Language', reminders: '提醒我', remindersNote: '微信上的提醒', account: '手机和账号', accountNote: '换手机、换身份、退出' },
  { title: 'Settings', certificates: 'My certificates', certificatesNote: 'when they end', consents: 'Consents', consentsNote: 'given, and may be taken back', large: 'Large type', language: '语言 Language', reminders: 'Remind me', remindersNote: 'by WeChat', account: 'Phone and account', accountNote: 'new phone, other role, log out' },
)
const LANGUAGES = ['zh-CN', 'en'] as const
const NAMES = ['中文', 'English']

Page({
  data: { w: words(), look: '', isCarer: true, isLarge: false, languageName: '' },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words(), look: look(), isCarer: role() === 'carer', isLarge: isLarge(), languageName: NAMES[LANGUAGES.indexOf(language())] ?? '' })
    title(words().title)
  },

  go({ currentTarget }: WechatMiniprogram.TouchEvent) {
    open(`/pages/${String(currentTarget.dataset['to'])}/index`)
  },
  switchLarge({ detail }: WechatMiniprogram.SwitchChange) {
    setLarge(detail.value)
    this.onShow()
  },
  async chooseLanguage() {
    const wanted = LANGUAGES[(await choose(NAMES)) ?? -1]
    if (!wanted) return
    setLanguage(wanted)
    this.onShow()
  },
})
