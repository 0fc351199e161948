import { isRefused } from '../../lib/api'
import { pump, waitingOfAll } from '../../lib/outbox'
import { HOME, sentence } from '../../lib/page'
import { restart, title } from '../../lib/platform'
import { actAs, bind, current, logIn, type Session } from '../../lib/session'
import { look } from '../../lib/settings'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '安护',
    lead: '居家护理签到',
    go: '微信登录',
    kept: '手机里还有 {count} 条记录没发出去，都没有丢。登录以后会自动发出去。',
    codeTitle: '第一次使用',
    codeText: '请输入机构或医保中心给您的登记码。',
    codeHint: '例如 7K3QM-92XWA',
    useCode: '登记并登录',
    regionTitle: '您在哪个统筹区？',
    roleTitle: '您现在以什么身份使用？',
    noPage: '这个身份请在电脑上使用。',
    carer: '护理员',
    family_carer: '亲情照护人员',
    guardian: '监护人',
    other: '工作人员',
  },
  {
    title: 'Anhu',
    lead: 'Home-care check-in',
    go: 'Log in with WeChat',
    kept: '{count} records are still on this phone, nothing is lost. They are sent by themselves after the login.',
    codeTitle: 'First time here',
    codeText: 'Please enter the code that the agency or the fund gave you.',
    codeHint: 'such as 7K3QM-92XWA',
    useCode: 'Register and log in',
    regionTitle: 'Which region?',
    roleTitle: 'In which role are you here now?',
    noPage: 'Please use a computer for this role.',
    carer: 'Carer',
    family_carer: 'Family carer',
    guardian: 'Guardian',
    other: 'Staff',
  },
)

Page({
  data: {
    w: words(),
    look: '',
    state: 'ready',
    busy: false,
    step: 'start', // start, code, region, role
    trouble: '',
    kept: '',
    code: '',
    regions: [] as string[],
    roles: [] as { id: string; name: string }[],
  },

  onShow() {
    title(words().title)
    const count = waitingOfAll()
    this.setData({ w: words(), look: look(), kept: count ? fill(words().kept, { count }) : '' })
    const session = current()
    if (session) this.enter(session)
  },

  async logIn() {
    await this.tried(() => logIn())
  },

  typed({ detail }: WechatMiniprogram.Input) {
    this.setData({ code: detail.value })
  },

  async useCode() {
    if (this.data.code.trim()) await this.tried(() => bind(this.data.code))
  },

  async chooseRegion({ currentTarget }: WechatMiniprogram.TouchEvent) {
    await this.tried(() => logIn({ region: String(currentTarget.dataset['region']) }))
  },

  async chooseRole({ currentTarget }: WechatMiniprogram.TouchEvent) {
    await this.tried(() => actAs(String(currentTarget.dataset['id'])), true)
  },

  /** Each refusal that a person can answer opens the step that asks for it. */
  async tried(enter: () => Promise<Session>, isChosen = false) {
    this.setData({ busy: true, trouble: '' })
    try {
      const session = await enter()
      if (isChosen || session.grants.length < 2) this.enter(session)
      else this.setData({ step: 'role', roles: session.grants.map(({ id, role }) => ({ id, name: nameOf(role) })) })
    } catch (error) {
      if (isRefused(error, 'not_bound')) this.setData({ step: 'code' })
      else if (isRefused(error, 'region_needed')) this.setData({ step: 'region', regions: error.details['regions'] as string[] })
      else this.setData({ trouble: sentence(error) })
    }
    this.setData({ busy: false })
  },

  enter(session: Session) {
    const home = HOME[session.grant.role]
    if (!home) return this.setData({ trouble: words().noPage })
    pump()
    restart(home)
  },
})

function nameOf(role: string): string {
  const all: Record<string, string> = words()
  return all[role] ?? words().other
}
