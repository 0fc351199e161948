import { get } from '../../lib/api'
import { seen } from '../../lib/cache'
import { now } from '../../lib/clock'
import { hoursLine, type HoursLine } from '../../lib/hours'
import { spanOf } from '../../lib/own-work'
import { isLoggedIn, show } from '../../lib/page'
import { replace, title } from '../../lib/platform'
import { wording } from '../../lib/texts'

const words = wording(
  {
    title: '我的工时', week: '按周看', month: '按月看', accepted: '已通过', in_review: '核实中', refused: '没有通过', none: '还没有工时', noneText: '做完一次服务就会算在这里。',
    note: '没有通过的，可以看原因和申诉。', work: '看每一次',
  },
  {
    title: 'My hours', week: 'By week', month: 'By month', accepted: 'accepted', in_review: 'in review', refused: 'not accepted', none: 'No hours yet', noneText: 'A visit that is done counts here.',
    note: 'Of what was not accepted you can see why, and appeal.', work: 'See each visit',
  },
)

type By = 'week' | 'month'

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', by: 'month' as By, lines: [] as HoursLine[] },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const { by } = this.data
      const found = await seen(`hours:${by}`, () => get('/api/v1/own-hours', { query: { ...spanOf(now()), by } }))
      const lines = found.value.items.filter(({ visits }) => visits > 0).map((each) => hoursLine(each, by)).reverse()
      return { data: { lines }, seen: found }
    })
  },

  change() {
    this.setData({ by: this.data.by === 'week' ? 'month' : 'week' })
    void this.load()
  },
  openWork() {
    replace('/pages/my-work/index')
  },
})
