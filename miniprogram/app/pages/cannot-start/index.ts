import { callAgency } from '../../lib/agency-phone'
import { iso, phoneNow } from '../../lib/clock'
import { parted } from '../../lib/geo'
import { add, find, flush, pump } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { back, buzz, confirm, locate, title } from '../../lib/platform'
import { told } from '../../lib/states'
import { common, wording } from '../../lib/texts'
import { visitOf } from '../../lib/visit-of'

/** In the order of the buttons of the state `cannotStart`. */
const REASONS = ['nobody_opens', 'in_hospital', 'declined', 'client_died', 'unsafe'] as const
const ANSWER_WITHIN_MS = 6_000

const words = wording(
  {
    title: '今天做不了',
    sent: '机构知道了',
    kept: '没有网，已存在手机里',
    keptText: '到了有网的地方会发出去。请先打电话告诉机构。',
    refused: '后台没有收下',
    nobody_opens: '请在门口等 10 分钟，再敲一次门。开了门，回去点签到就行。',
    in_hospital: '不用等了。机构会问清住院的日子。',
    declined: '不用等了。机构会打电话给家属。',
    client_died: '请节哀。机构会联系家属，您可以离开。',
    unsafe: '请先离开，到安全的地方。有危险就打 110。',
    sure: '请再看一眼',
    sureText: '登记为“人不在了”，机构会马上联系家属。',
    yes: '是的',
    call: '打电话给机构',
  },
  {
    title: 'Cannot start today',
    sent: 'The agency knows',
    kept: 'No network, kept on the phone',
    keptText: 'It is sent where there is a network. Please call the agency first.',
    refused: 'The server did not take it',
    nobody_opens: 'Please wait ten minutes and knock again. If the door opens, go back and clock in.',
    in_hospital: 'You need not wait. The agency asks for the days in hospital.',
    declined: 'You need not wait. The agency calls the family.',
    client_died: 'We are sorry. The agency speaks to the family; you may leave.',
    unsafe: 'Please leave first and go where it is safe. In danger call 110.',
    sure: 'Please look once more',
    sureText: 'The person is reported as deceased; the agency speaks to the family at once.',
    yes: 'Yes',
    call: 'Call the agency',
  },
)

Page({
  data: {
    look: '',
    state: 'loading',
    stateText: '',
    id: '',
    name: '',
    told: told('cannotStart'),
    tone: 'info',
    isTold: false,
    isBusy: false,
  },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id, told: told('cannotStart') })
  },
  onShow() {
    if (!isLoggedIn()) return
    title(words().title)
    void this.load()
  },
  async load() {
    await show(this, async () => {
      const { name, seen } = await visitOf(this.data.id)
      return { data: { name }, seen }
    })
  },

  async act({ detail }: WechatMiniprogram.CustomEvent<{ place: number }>) {
    if (this.data.isTold) return detail.place === 0 ? callAgency() : back()
    const reason = REASONS[detail.place]
    if (!reason || this.data.isBusy) return
    const { sure, sureText, yes } = words()
    if (reason === 'client_died' && !(await confirm(sure, sureText, yes, common().cancel))) return
    await this.tell(reason)
  },

  async tell(reason: (typeof REASONS)[number]) {
    const at = iso(phoneNow())
    this.setData({ isBusy: true, told: { ...told('locating'), actions: [] } })
    const { fix } = parted(await locate())
    const { id, saved } = add('attempt', { reason, occurred_at: at, fix }, { visitId: this.data.id })
    await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS))])
    pump()
    buzz()
    const answer = find(id)?.answer
    const w = words()
    const actions = [w.call, common().gotIt]
    const kept = { title: w.kept, body: saved ? w.keptText : common().storageFull, actions }
    const isTaken = answer !== undefined && answer.status < 300
    const after = answer ? { title: w.refused, body: answer.message ?? '', actions } : kept
    this.setData({ isBusy: false, isTold: true, tone: isTaken ? 'good' : 'warn', told: isTaken ? { title: w.sent, body: w[reason], actions } : after })
  },
})
