import { isNoAnswer, isRefused, post } from '../../lib/api'
import { checksOf, IDENTITY, isEnough, LIMBS, VOUCHER, type Chosen } from '../../lib/checks'
import { iso, phoneNow } from '../../lib/clock'
import { told } from '../../lib/door-writes'
import { checkFace } from '../../lib/face'
import { newId } from '../../lib/ids'
import { isLoggedIn, show } from '../../lib/page'
import { back, canCheckFace, choose, scanCode, title, toast } from '../../lib/platform'
import { common, wording } from '../../lib/texts'
import { visitOf } from '../../lib/visit-of'

const words = wording(
  {
    title: '服务前核对',
    identity: '是不是本人',
    risks: '风险告诉过本人或家属',
    limbs: '手脚能不能动',
    voucher: '医保凭证',
    face: '人脸核验',
    faceNone: '这里没有，不影响签到和结算',
    faceDo: '点这里开始',
    matched: '核验通过',
    not_matched: '没有对上，机构会来问，您照常服务',
    waiting: '结果还没到',
    not_available: '现在没有，不影响签到和结算',
    choose: '请选',
    save: '记下',
    saved: '已记下',
    known: '认识本人',
    seenCard: '看了身份证',
    byVoucher: '看了医保凭证',
    declined: '不愿意',
    notAtHand: '不在手边',
    urgent: '情况急，先服务',
    limbsOk: '和平时一样',
    limbsChanged: '有变化',
    notChecked: '没有看',
    scan: '扫电子凭证',
    shown: '看了电子凭证',
    cardShown: '看了社会保障卡',
    phoneFailed: '手机打不开',
    traced: '已查到，是本人的凭证',
    other_person: '这是别人的凭证，请打开本人的再扫一次',
    expired: '码过期了，请重新打开再扫一次',
    refusedCode: '这个码用过了，请重新打开再扫一次',
    notTraced: '记为已出示',
  },
  {
    title: 'Before service',
    identity: 'Is it the client',
    risks: 'Risks told to client or family',
    limbs: 'Arms and legs',
    voucher: 'Insurance voucher',
    face: 'Face check',
    faceNone: 'Not offered here; nothing depends on it',
    faceDo: 'Tap to begin',
    matched: 'Matched',
    not_matched: 'No match; the agency will ask. Work as usual',
    waiting: 'No result yet',
    not_available: 'Not available now; nothing depends on it',
    choose: 'choose',
    save: 'Save',
    saved: 'Saved',
    known: 'I know the person',
    seenCard: 'saw the identity card',
    byVoucher: 'saw the voucher',
    declined: 'declined',
    notAtHand: 'not at hand',
    urgent: 'care could not wait',
    limbsOk: 'as usual',
    limbsChanged: 'changed',
    notChecked: 'not looked at',
    scan: 'Scan the e-voucher',
    shown: 'saw the e-voucher',
    cardShown: 'saw the social security card',
    phoneFailed: 'phone does not open it',
    traced: 'Found: it is the client’s',
    other_person: 'Somebody else’s. Please open the client’s own and scan again',
    expired: 'The code is too old. Please open it anew and scan again',
    refusedCode: 'The code was used before. Please open it anew and scan again',
    notTraced: 'Noted as shown',
  },
)

const LISTS = { identity: IDENTITY, limbs: LIMBS, voucher: VOUCHER }
type List = keyof typeof LISTS

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    id: '',
    name: '',
    chosen: {} as Chosen,
    shown: {} as Record<List, string>,
    isEnough: false,
    faceText: '',
    canFace: false,
  },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id, canFace: canCheckFace(), faceText: canCheckFace() ? words().faceDo : words().faceNone })
  },
  onShow() {
    if (!isLoggedIn()) return
    title(words().title)
    void this.load()
  },
  async load() {
    await show(this, async () => {
      const { name, seen } = await visitOf(this.data.id)
      this.take({})
      return { data: { w: words(), name }, seen }
    })
  },

  take(more: Chosen) {
    const chosen = { ...this.data.chosen, ...more }
    const word = (name: List) => {
      const place = chosen[name]
      const line = place === undefined ? undefined : LISTS[name][place]
      return line ? words()[line.word] : words().choose
    }
    this.setData({ chosen, isEnough: isEnough(chosen), shown: { identity: word('identity'), limbs: word('limbs'), voucher: word('voucher') } })
  },

  async pick({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const name = String(currentTarget.dataset['list']) as List
    const place = await choose(LISTS[name].map(({ word }) => words()[word]))
    if (place === undefined) return
    if (name === 'voucher' && VOUCHER[place]?.word === 'scan' && !(await this.scan())) return
    this.take({ [name]: place })
  },
  tick({ detail }: WechatMiniprogram.CustomEvent<{ done: boolean }>) {
    this.take({ isToldRisks: detail.done })
  },

  /** The code lives for a minute, so it is asked about at once; without an answer it was shown. */
  async scan(): Promise<boolean> {
    const code = await scanCode()
    if (!code) return false
    const id = newId(phoneNow())
    try {
      const body = { id, code, occurred_at: iso(phoneNow()) }
      const { state } = await post('/api/v1/visits/{visit_id}/voucher-scans', body, { path: { visit_id: this.data.id }, key: id })
      const { traced, other_person, expired, refusedCode, notTraced } = words()
      toast({ traced, other_person, expired, refused: refusedCode, not_traced: notTraced, unknown: notTraced }[state])
      return !['other_person', 'expired', 'refused'].includes(state)
    } catch (error) {
      if (!isNoAnswer(error) && !isRefused(error)) throw error
      toast(words().notTraced)
      return true
    }
  },

  async face() {
    if (this.data.canFace) this.setData({ faceText: words()[await checkFace(this.data.id)] })
  },

  save() {
    if (!this.data.isEnough) return
    const { saved } = told('checks', { ...checksOf(this.data.chosen) }, this.data.id)
    toast(saved ? words().saved : common().storageFull)
    back()
  },
})
