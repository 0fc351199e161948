import { getAll, get } from '../../lib/api'
import { seen } from '../../lib/cache'
import { now } from '../../lib/clock'
import { isLoggedIn, show } from '../../lib/page'
import { open, title } from '../../lib/platform'
import { spanOf, standingOf } from '../../lib/own-work'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '我的',
    work: '服务结果',
    workNote: '{count} 次要您看一看',
    workClear: '没有要您补的',
    hours: '我的工时',
    hoursNote: '本周、本月',
    messages: '消息',
    unread: '{count} 条没看',
    read: '都看过了',
    incident: '报告意外',
    incidentNote: '跌倒、受伤、走失……没有网也能报',
    settings: '证书和设置',
    settingsNote: '授权、大字、换手机、退出',
  },
  {
    title: 'Mine',
    work: 'What became of visits',
    workNote: '{count} need you',
    workClear: 'nothing is asked of you',
    hours: 'My hours',
    hoursNote: 'week and month',
    messages: 'Messages',
    unread: '{count} unread',
    read: 'all read',
    incident: 'Report an incident',
    incidentNote: 'a fall, an injury, lost way … also without a network',
    settings: 'Certificates and settings',
    settingsNote: 'consents, large type, new phone, log out',
  },
)

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', workNote: '', isAsked: false, unread: '' },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const [work, messages] = await Promise.all([
        seen('own-work', () => getAll('/api/v1/own-work', { query: spanOf(now()) })),
        seen('messages', () => get('/api/v1/messages')),
      ])
      const asked = work.value.filter((each) => ['asked', 'rejected'].includes(standingOf(each))).length
      const unread = messages.value.items.filter(({ is_read }) => !is_read).length
      const w = words()
      return {
        data: { isAsked: asked > 0, workNote: asked ? fill(w.workNote, { count: asked }) : w.workClear, unread: unread ? fill(w.unread, { count: unread }) : w.read },
        seen: work.isFresh ? messages : work,
      }
    })
  },

  go({ currentTarget }: WechatMiniprogram.TouchEvent) {
    open(`/pages/${String(currentTarget.dataset['to'])}/index`)
  },
})
