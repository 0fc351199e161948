import { callAgency } from '../../lib/agency-phone'
import { get, isNoAnswer, isRefused, post } from '../../lib/api'
import { seen } from '../../lib/cache'
import { afterTry, digitsOf, lacking } from '../../lib/device-code'
import { isLoggedIn, show } from '../../lib/page'
import { buzz, isOnline, title } from '../../lib/platform'
import { told } from '../../lib/states'
import { wording } from '../../lib/texts'

const words = wording(
  {
    title: '换手机', known: '这部手机可以用', knownText: '机构认得这部手机，签到不用多核实。以后换了手机，打开这一页就知道怎么办。',
    done: '手机确认好了', doneText: '之前因为换手机要核实的签到，后台已经重新核对。',
    label: '机构给的 6 位数字', hint: '6 位数字', confirm: '确认',
  },
  {
    title: 'A new phone', known: 'This phone is fine', knownText: 'The agency knows this phone. When you change it, this page says what to do.',
    done: 'The phone is confirmed', doneText: 'Clock-ins that were looked at because of the new phone have been judged again.',
    label: 'Six digits from the agency', hint: '6 digits', confirm: 'Confirm',
  },
)

Page({
  data: {
    w: words(), look: '', state: 'loading', stateText: '', isNew: false, isDone: false, isEntering: false, isBusy: false,
    told: told('newPhone'), none: [] as string[], digits: '', trouble: '',
  },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words(), told: told('newPhone') })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const me = await seen('me', () => get('/api/v1/me'))
      return { data: { isNew: Boolean(me.value.device_doubt) }, seen: me }
    })
  },

  act({ detail }: WechatMiniprogram.CustomEvent<{ place: number }>) {
    if (detail.place === 1) return this.call()
    this.setData({ isEntering: true })
  },

  call() {
    void callAgency()
  },

  typed({ detail }: WechatMiniprogram.Input) {
    this.setData({ digits: digitsOf(detail.value), trouble: '' })
  },

  async confirm() {
    const { digits, isBusy } = this.data
    if (isBusy) return
    const trouble = lacking(digits)
    if (trouble) return this.setData({ trouble })
    this.setData({ isBusy: true, trouble: '' })
    try {
      await post('/api/v1/me/device/confirmation', { code: digits })
      buzz()
      this.setData({ isDone: true, isEntering: false, digits: '' })
      await this.load()
    } catch (error) {
      if (!isNoAnswer(error) && !isRefused(error)) throw error
      this.setData({ trouble: afterTry(error, await isOnline()) })
    }
    this.setData({ isBusy: false })
  },
})
