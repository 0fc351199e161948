import { callAgency } from '../../lib/agency-phone'
import { get, getAll } from '../../lib/api'
import { seen } from '../../lib/cache'
import { now } from '../../lib/clock'
import { hasNewPhone, spanOf } from '../../lib/own-work'
import { isLoggedIn, show } from '../../lib/page'
import { title } from '../../lib/platform'
import { told } from '../../lib/states'
import { fill, wording } from '../../lib/texts'

/** The agency confirms a phone itself, by its mark: there are no digits to enter. */
const words = wording(
  {
    title: '换手机', text: '可以照常工作。请打电话给机构，报手机编号 {mark}；机构确认前，签到会多核实一下。',
    known: '这部手机可以用', knownText: '最近的签到没有因为手机要多核实的。以后换了手机，打开这一页就知道怎么办。', mark: '手机编号', note: '机构那边看到的也是这个编号',
  },
  {
    title: 'A new phone', text: 'You can work as usual. Please call the agency and tell it the phone’s mark {mark}; until it confirms, clock-ins are looked at once more.',
    known: 'This phone is fine', knownText: 'No late clock-in was looked at because of the phone. When you change it, this page says what to do.', mark: 'Mark of this phone', note: 'the agency sees the same mark',
  },
)

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', isNew: false, newTitle: '', newText: '', actions: [] as string[], mark: '' },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const [me, work] = await Promise.all([seen('me', () => get('/api/v1/me')), seen('own-work', () => getAll('/api/v1/own-work', { query: spanOf(now()) }))])
      const mark = (me.value.device_id ?? '').slice(-6).toUpperCase()
      const { title: newTitle, actions } = told('newPhone')
      return { data: { mark, isNew: hasNewPhone(work.value), newTitle, newText: fill(words().text, { mark }), actions: actions.slice(1) }, seen: work }
    })
  },

  call() {
    void callAgency()
  },
})
