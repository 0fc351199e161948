import { beyondPlan } from '../../lib/door'
import { marksOf, setMark } from '../../lib/door-writes'
import { isLoggedIn, show } from '../../lib/page'
import { back, title } from '../../lib/platform'
import { told, type Told } from '../../lib/states'
import { common, fill, wording } from '../../lib/texts'
import { visitOf } from '../../lib/visit-of'

const words = wording(
  {
    title: '计划外项目',
    choose: '想加哪一项？',
    none: '没有可以加的项目',
    price: '费用',
    yuan: '元',
    sign: '{name}或家属签名',
    clear: '重写',
    agreed: '同意了',
  },
  {
    title: 'Not in the plan',
    choose: 'Which one?',
    none: 'Nothing that could be added',
    price: 'Price',
    yuan: ' yuan',
    sign: '{name} or the family signs',
    clear: 'Write again',
    agreed: 'Agreed',
  },
)

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    id: '',
    name: '',
    items: [] as { code: string; name: string; note: string }[],
    chosen: null as { code: string; name: string } | null,
    told: null as Told | null,
    yuan: 30,
    isAsking: false,
    isSigned: false,
    signText: '',
  },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id })
  },
  onShow() {
    if (!isLoggedIn()) return
    title(words().title)
    void this.load()
  },
  async load() {
    await show(this, async () => {
      const { visit, about, name, seen } = await visitOf(this.data.id)
      const marks = marksOf(this.data.id)
      const items = visit ? beyondPlan(visit, about).filter(({ code }) => marks[code]?.outcome !== 'extra') : []
      const lines = items.map((item) => ({ code: item.code, name: item.name, note: fill(common().minutes, { count: item.minutes }) }))
      return { data: { w: words(), name, items: lines, signText: fill(words().sign, { name }) }, seen }
    })
  },

  choose({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const chosen = this.data.items.find(({ code }) => code === currentTarget.dataset['code'])
    if (chosen) this.setData({ chosen, told: this.texts(this.data.yuan) })
  },
  texts(yuan: number): Told {
    return told('extra', { name: this.data.name, yuan })
  },
  price({ detail }: WechatMiniprogram.CustomEvent<{ value: number }>) {
    this.setData({ yuan: detail.value, told: this.texts(detail.value) })
  },
  act({ detail }: WechatMiniprogram.CustomEvent<{ place: number }>) {
    if (detail.place === 0) this.setData({ isAsking: true })
    else back()
  },
  refuse() {
    back()
  },
  signed({ detail }: WechatMiniprogram.CustomEvent<{ isSigned: boolean }>) {
    this.setData({ isSigned: detail.isSigned })
  },
  agree() {
    const { chosen, id, isSigned, yuan } = this.data
    if (!chosen || !isSigned) return
    setMark(id, chosen.code, { outcome: 'extra', reason: null, price_fen: Math.round(yuan * 100) })
    back()
  },
})
