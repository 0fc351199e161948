import { getAll } from '../../lib/api'
import { around, seen } from '../../lib/cache'
import { clientName } from '../../lib/client-names'
import { now } from '../../lib/clock'
import { groupsOf, hasNewPhone, spanOf } from '../../lib/own-work'
import { isLoggedIn, show } from '../../lib/page'
import { open, title } from '../../lib/platform'
import { told, type Told } from '../../lib/states'
import { wording } from '../../lib/texts'

const words = wording(
  { title: '服务结果', none: '还没有服务', noneText: '做完的服务都会列在这里，通过没通过一看就知道。', newPhone: '看看怎么办' },
  { title: 'What became of visits', none: 'No visits yet', noneText: 'Visits you have done are listed here, with what became of each.', newPhone: 'What to do' },
)

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', groups: [] as ReturnType<typeof groupsOf>, newPhone: null as Told | null },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const [work, about] = await Promise.all([seen('own-work', () => getAll('/api/v1/own-work', { query: spanOf(now()) })), around()])
      return { data: { groups: groupsOf(work.value, (id) => clientName(id, about.value)), newPhone: hasNewPhone(work.value) ? told('newPhone') : null }, seen: work }
    })
  },

  openWork({ currentTarget }: WechatMiniprogram.TouchEvent) {
    open(`/pages/work/index?id=${String(currentTarget.dataset['id'])}`)
  },
  openPhone() {
    open('/pages/new-phone/index')
  },
})
