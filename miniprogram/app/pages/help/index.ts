import { callAgency, knownAgencies, ownAgencies } from '../../lib/agency-phone'
import { now, phoneNow } from '../../lib/clock'
import { askAgainIn, askHeard, begunVisit, callForHelp, heardOf, helpTold, isSameCall, lastCall, namesOf, refusalOf, sendNow, type HelpTold } from '../../lib/helping'
import { find, onChange } from '../../lib/outbox'
import { isLoggedIn } from '../../lib/page'
import { buzz, call, isOnline, open, title } from '../../lib/platform'
import { look } from '../../lib/settings'
import { common, wording } from '../../lib/texts'

const words = wording(
  {
    title: '求助', lead: '有危险？', leadText: '点红色按钮，您的位置会发给机构，机构马上打给您。', send: '发出求助',
    agency: '打给机构', ambulance: '打 120', police: '打 110', again: '再发一次', incident: '服务对象出了意外，写报告',
  },
  {
    title: 'Help', lead: 'In danger?', leadText: 'Press the red button: where you are is sent to the agency, which calls you at once.', send: 'Call for help',
    agency: 'Call the agency', ambulance: 'Call 120', police: 'Call 110', again: 'Send again', incident: 'Something happened to the client: report it',
  },
)

Page({
  data: { w: words(), look: '', told: null as HelpTold | null, isBusy: false, mayRepeat: false, trouble: '' },
  callId: '',
  answer: undefined as Awaited<ReturnType<typeof askHeard>>,
  isWaiting: false,
  isShown: false,
  timer: 0 as unknown as ReturnType<typeof setTimeout>,
  stop: () => undefined as unknown,

  onLoad() {
    this.stop = onChange(() => this.callId && !this.isWaiting && void this.draw())
  },
  onUnload() {
    this.stop()
    this.onHide()
  },
  onHide() {
    this.isShown = false
    clearTimeout(this.timer)
  },
  onShow() {
    if (!isLoggedIn()) return
    this.isShown = true
    this.setData({ w: words(), look: look() })
    title(words().title)
    this.callId ||= lastCall(phoneNow())?.id ?? ''
    if (this.callId) void this.draw()
    void ownAgencies()
  },

  /** The second of two taps does nothing, and what is still on the phone is not made twice: one call is one record. */
  async send() {
    if (this.isWaiting) return
    this.isWaiting = true
    buzz()
    this.setData({ told: helpTold('sending'), trouble: '', isBusy: true })
    if (isSameCall(find(this.callId))) await sendNow()
    else await this.callAnew()
    this.isWaiting = false
    this.setData({ isBusy: false })
    await this.draw()
  },

  async callAnew() {
    const { id, saved } = await callForHelp(begunVisit()?.id ?? null)
    this.callId = id
    this.answer = undefined
    if (!saved) this.setData({ trouble: common().storageFull })
  },

  /** What is known of it now; asked again until somebody has seen it. */
  async draw() {
    const id = this.callId
    const answer = await askHeard(id)
    if (id !== this.callId) return
    this.answer = answer ?? this.answer
    const heard = heardOf(find(id), this.answer, { at: now(), isWaiting: this.isWaiting, isOnline: await isOnline() })
    const trouble = refusalOf(find(id))
    this.setData({ told: helpTold(heard, namesOf(this.answer, knownAgencies())), mayRepeat: heard !== 'sending', ...(trouble ? { trouble } : {}) })
    clearTimeout(this.timer)
    const wait = askAgainIn(heard, this.answer)
    if (wait && this.isShown) this.timer = setTimeout(() => void this.draw(), wait)
  },

  act({ detail }: WechatMiniprogram.CustomEvent<{ place: number }>) {
    const calls = [() => void callAgency(), () => call('120'), () => call('110')]
    calls[detail.place]?.()
  },
  callAgency() {
    void callAgency()
  },
  callAmbulance() {
    call('120')
  },
  callPolice() {
    call('110')
  },
  openIncident() {
    open('/pages/incident/index')
  },
})
