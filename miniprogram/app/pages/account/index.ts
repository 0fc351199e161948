import { leave, roleName, rolesOf, unsentOfRole, type RoleLine } from '../../lib/account'
import { flush, waiting } from '../../lib/outbox'
import { HOME, isLoggedIn, sentence } from '../../lib/page'
import { confirm, open, restart, title } from '../../lib/platform'
import { actAs, current } from '../../lib/session'
import { look } from '../../lib/settings'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '手机和账号', phone: '换手机了', phoneNote: '机构确认新手机', roles: '换个身份', now: '现在', out: '退出登录',
    outTitle: '退出登录？', outText: '手机里的记录都发出去了。下次要用微信再登录。', outUnsent: '还有 {count} 条没发出去。退出不会丢，但要您自己在这部手机上再登录，才会发出去。', yes: '退出', no: '不退',
    keep: '还有 {count} 条没发出去，不能换身份。到有网的地方发出去再换。',
  },
  {
    title: 'Phone and account', phone: 'A new phone', phoneNote: 'the agency confirms it', roles: 'Another role', now: 'now', out: 'Log out',
    outTitle: 'Log out?', outText: 'All records of this phone are sent. You log in by WeChat the next time.', outUnsent: '{count} are not sent yet. None is lost, but they are sent only after you log in on this phone again.', yes: 'Out', no: 'Stay',
    keep: '{count} are not sent yet: the role cannot change. Send them first where there is a network.',
  },
)

Page({
  data: { w: words(), look: '', name: '', roles: [] as RoleLine[], trouble: '', isBusy: false },

  onShow() {
    if (!isLoggedIn()) return
    const session = current()
    this.setData({ w: words(), look: look(), name: session ? roleName(session.grant.role) : '', roles: session ? rolesOf(session) : [] })
    title(words().title)
  },

  openPhone() {
    open('/pages/new-phone/index')
  },

  /** What was recorded in one role is not taken from another: it goes first. */
  async chooseRole({ currentTarget }: WechatMiniprogram.TouchEvent) {
    const role = this.data.roles.find(({ id }) => id === currentTarget.dataset['id'])
    if (!role || role.isNow || this.data.isBusy) return
    this.setData({ isBusy: true, trouble: '' })
    await flush()
    const count = unsentOfRole()
    if (count) return this.setData({ isBusy: false, trouble: fill(words().keep, { count }) })
    try {
      const { grant } = await actAs(role.id)
      restart(HOME[grant.role] ?? role.home)
    } catch (error) {
      this.setData({ trouble: sentence(error) })
    }
    this.setData({ isBusy: false })
  },

  async leave() {
    if (this.data.isBusy) return
    this.setData({ isBusy: true })
    await flush()
    const count = waiting().length // of all roles: leaving loses none, but they wait until he is here again
    const { outTitle, outText, outUnsent, yes, no } = words()
    const session = current()
    if (session && (await confirm(outTitle, count ? fill(outUnsent, { count }) : outText, yes, no))) {
      await leave(session)
      restart('/pages/login/index')
    }
    this.setData({ isBusy: false })
  },
})
