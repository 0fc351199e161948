import { callAgency } from '../../lib/agency-phone'
import { get } from '../../lib/api'
import { seen } from '../../lib/cache'
import { certificateLine } from '../../lib/certificates'
import { dayOf, now } from '../../lib/clock'
import { isLoggedIn, show } from '../../lib/page'
import { title } from '../../lib/platform'
import { wording } from '../../lib/texts'

const words = wording(
  {
    title: '我的证书', none: '还没有登记证书', noneText: '请把证书交给机构登记。',
    ended: '有证书过期了', endedText: '没有有效证书的日子，服务不能结算。请马上告诉机构，换了新证书就请机构登记。',
    ending: '有证书快到期了', endingText: '请早点换证，换好了交给机构登记，不影响结算。', call: '打电话给机构',
  },
  {
    title: 'My certificates', none: 'No certificate is registered', noneText: 'Please give your certificate to the agency.',
    ended: 'A certificate has ended', endedText: 'Days without a valid certificate are not paid. Please tell the agency at once, and have the new one registered.',
    ending: 'A certificate ends soon', endingText: 'Please renew it early and have the agency register it.', call: 'Call the agency',
  },
)

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', lines: [] as ReturnType<typeof certificateLine>[], worst: '' as 'ended' | 'ending' | '' },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const found = await seen('carer-self', () => get('/api/v1/carers/self'))
      const today = dayOf(now())
      const lines = found.value.certificates.map((each) => certificateLine(each, today))
      const worst = (['ended', 'ending'] as const).find((each) => lines.some(({ validity }) => validity === each)) ?? ''
      return { data: { lines, worst }, seen: found }
    })
  },

  call() {
    void callAgency()
  },
})
