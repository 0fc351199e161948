import { callAgency } from '../../lib/agency-phone'
import { afterAttempt, REASONS, type AttemptReason } from '../../lib/attempts'
import { iso, phoneNow } from '../../lib/clock'
import { parted } from '../../lib/geo'
import { add, find, flush, pump } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { back, buzz, confirm, isOnline, locate, title } from '../../lib/platform'
import { told } from '../../lib/states'
import { common, wording } from '../../lib/texts'
import { visitOf } from '../../lib/visit-of'

const ANSWER_WITHIN_MS = 6_000

const words = wording(
  {
    title: '今天做不了',
    sure: '请再看一眼',
    sureText: '登记为“人不在了”，机构会马上联系家属。',
    yes: '是的',
  },
  {
    title: 'Cannot start today',
    sure: 'Please look once more',
    sureText: 'The person is reported as deceased; the agency speaks to the family at once.',
    yes: 'Yes',
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

  async tell(reason: AttemptReason) {
    const at = iso(phoneNow())
    this.setData({ isBusy: true, told: { ...told('locating'), actions: [] } })
    const { fix } = parted(await locate())
    const { id, saved } = add('attempt', { reason, occurred_at: at, fix }, { visitId: this.data.id })
    await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS))])
    pump()
    buzz()
    const { tone, ...said } = afterAttempt(find(id)?.answer, { reason, saved, isOnline: await isOnline() })
    this.setData({ isBusy: false, isTold: true, tone, told: said })
  },
})
