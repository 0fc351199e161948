import { tellNoSignature } from '../../lib/door-writes'
import { isLoggedIn, show } from '../../lib/page'
import { back, restart, title, toast } from '../../lib/platform'
import { told } from '../../lib/states'
import { askAtTap } from '../../lib/subscribing'
import { common, wording } from '../../lib/texts'
import { visitOf } from '../../lib/visit-of'

const words = wording(
  {
    title: '请家属确认',
    here: '把手机交给家属',
    hereText: '家属在这部手机上回答三个问题、签名。您看不到答案。',
    hereButton: '交给家属确认',
    later: '家属也可以晚上在自己手机上确认，那样最好：算一个证明。',
    cannot: '不能签字？',
    hand: '手不方便',
    asleep: '睡着了',
    cannotRead: '不认字',
    alone: '家里没有别人',
    told: '原因已记下',
  },
  {
    title: 'The family confirms',
    here: 'Hand the phone to the family',
    hereText: 'They answer three questions on this phone and sign. You do not see the answers.',
    hereButton: 'Hand over to confirm',
    later: 'The family may also confirm on their own phone in the evening; that is best, it counts as a witness.',
    cannot: 'No signature?',
    hand: 'cannot use the hand',
    asleep: 'asleep',
    cannotRead: 'cannot read',
    alone: 'nobody else at home',
    told: 'The reason is recorded',
  },
)

export const REASONS = [
  { word: 'hand', code: 'cannot_sign' },
  { word: 'asleep', code: 'asleep' },
  { word: 'cannotRead', code: 'cannot_read' },
  { word: 'alone', code: 'nobody_there' },
] as const

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    id: '',
    name: '',
    isChoosing: false,
    told: told('cannotSign', { reasons: '' }),
    reasons: [] as { code: string; text: string }[],
    chosen: '',
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
    const reasons = REASONS.map(({ word, code }) => ({ code, text: words()[word] }))
    await show(this, async () => {
      const { name, seen } = await visitOf(this.data.id)
      return { data: { w: words(), name, reasons, told: told('cannotSign', { reasons: reasons.map(({ text }) => text).join(' / ') }) }, seen }
    })
  },

  handOver() {
    restart(`/pages/hand-over/index?id=${this.data.id}`)
  },
  chooseReason() {
    this.setData({ isChoosing: true })
  },
  tick({ currentTarget }: WechatMiniprogram.BaseEvent) {
    this.setData({ chosen: String(currentTarget.dataset['code']) })
  },
  tell() {
    if (!this.data.chosen) return
    askAtTap()
    const { saved } = tellNoSignature(this.data.id, this.data.chosen)
    toast(saved ? words().told : common().storageFull)
    back()
  },
})
