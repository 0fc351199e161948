import { isLoggedIn, show } from '../../lib/page'
import { title } from '../../lib/platform'
import { lineOf } from '../../lib/reminders'
import { ask, reminders, type Asked } from '../../lib/subscribing'
import { wording } from '../../lib/texts'

const words = wording(
  {
    title: '提醒我', about: '微信会提醒您', aboutText: '点一次打开，每种微信发一次；发过了再点。里面只有名字和时间，不写病情。', turnOn: '打开提醒', more: '每种再多发一次',
    none: '现在没有微信提醒', noneText: '有事会写在“消息”里，打开小程序就能看到。',
    accepted: '提醒打开了', acceptedText: '您在微信里选的已经记下。', refused: '没有打开', refusedText: '您在微信里选了不要。想要的话再点一次；微信没有再问，就点右上角的三个点，再点“设置”和“通知管理”。', kept: '没有网，已存在手机里', keptText: '您选的已存好，有网就发出去。',
    off: '微信里关掉了提醒', offText: '请点右上角的三个点，再点“设置”和“通知管理”，打开接收通知，然后回来再点一次。', nothing: '微信没有弹出来', nothingText: '可能没有网。过一会儿再点一次。',
  },
  {
    title: 'Remind me', about: 'WeChat reminds you', aboutText: 'Turned on once, WeChat sends one of each kind; then turn it on again. It holds a name and a time, never an illness.', turnOn: 'Turn reminders on', more: 'One more of each',
    none: 'There are no reminders by WeChat now', noneText: 'All of it stands under Messages in the app.',
    accepted: 'Reminders are on', acceptedText: 'What you chose in WeChat is recorded.', refused: 'Not switched on', refusedText: 'You said no in WeChat. Try again if you want them; if WeChat does not ask, tap the three dots at the top right, then Settings and Notifications.', kept: 'No network, kept on this phone', keptText: 'What you chose is kept and is sent when there is a network.',
    off: 'Reminders are switched off in WeChat', offText: 'Tap the three dots at the top right, then Settings and Notifications, switch them on, and come back.', nothing: 'WeChat did not ask', nothingText: 'There may be no network. Try again in a while.',
  },
)
const TONES: Record<Asked, string> = { accepted: 'good', refused: 'warn', kept: 'warn', off: 'warn', nothing: 'warn' }

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', lines: [] as ReturnType<typeof lineOf>[], isAllOn: false, isBusy: false, said: null as { title: string; text: string; tone: string } | null },
  templates: [] as string[],

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const found = await reminders()
      this.templates = found.value.items.map(({ template_id }) => template_id)
      return { data: { lines: found.value.items.map(lineOf), isAllOn: found.value.items.every(({ left }) => left > 0) }, seen: found }
    })
  },

  /** WeChat asks only inside the tap: nothing is waited for before. */
  async turnOn() {
    if (this.data.isBusy) return
    const asked = ask(this.templates)
    this.setData({ isBusy: true, said: null })
    const outcome = await asked
    const w = words()
    this.setData({ isBusy: false, said: { title: w[outcome], text: w[`${outcome}Text`], tone: TONES[outcome] } })
    await this.load()
  },
})
