import { dayOf, partsOf, timeOf } from '../../lib/clock'
import type { DoorCard } from '../../lib/cards'
import { isLoggedIn, show } from '../../lib/page'
import { openMap, title, toast } from '../../lib/platform'
import { common, fill, wording } from '../../lib/texts'
import { visitOf } from '../../lib/visit-of'
import { toGcj02 } from '../../lib/way'

const words = wording(
  {
    title: '去之前看一看',
    way: '怎么走',
    noMap: '地图没有打开，请按地址走',
    allergies: '过敏',
    risks: '要当心',
    wayIn: '怎么进门',
    habits: '习惯',
    noCard: '还没有照护卡',
    noCardText: '机构写好后会出现在这里。有不清楚的，到了先问家属。',
    note: '上次的留言',
    noteAt: '{day} {time} 留',
    day: '{month}月{day}日',
    noPlace: '还没有登记地址，请打电话问机构。',
  },
  {
    title: 'Before you go',
    way: 'The way there',
    noMap: 'The map did not open; please go by the address',
    allergies: 'Allergies',
    risks: 'Mind',
    wayIn: 'How to get in',
    habits: 'Habits',
    noCard: 'No care card yet',
    noCardText: 'It appears here once the agency has written it. Ask the family first where you are unsure.',
    note: 'Note of the last visit',
    noteAt: '{day} {time}',
    day: '{day}/{month}',
    noPlace: 'No address is registered; please call the agency.',
  },
)

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    name: '',
    id: '',
    places: [] as { address: string; latitude: number; longitude: number }[],
    lines: [] as { title: string; text: string }[],
    note: null as { at: string; text: string } | null,
  },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id })
  },
  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },
  async load() {
    await show(this, async () => {
      const { card, name, seen } = await visitOf(this.data.id)
      const places = (card?.places ?? []).map((place) => ({ address: place.address, ...toGcj02(place) }))
      return { data: { name, places, lines: linesOf(card), note: noteOf(card) }, seen }
    })
  },

  async openWay({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const place = this.data.places[Number(currentTarget.dataset['place'])]
    if (!place) return
    try {
      await openMap({ ...place, name: this.data.name })
    } catch {
      toast(words().noMap) // no map on this phone: the address stands above
    }
  },
})

function linesOf(card: DoorCard | undefined) {
  const { allergies, risks, way_in, habits } = card?.card?.texts ?? {}
  const w = words()
  const all = [[w.risks, risks], [w.allergies, allergies], [w.wayIn, way_in], [w.habits, habits]] as const
  return all.flatMap(([head, text]) => (text ? [{ title: head, text }] : []))
}

function noteOf(card: DoorCard | undefined) {
  const note = card?.note
  if (!note) return null
  const { month, day } = partsOf(dayOf(Date.parse(note.occurred_at)))
  const date = fill(words().day, { month, day })
  return { at: fill(words().noteAt, { day: date || common().today, time: timeOf(note.occurred_at) }), text: note.text }
}
