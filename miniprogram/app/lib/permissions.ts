/** What keeps positions from this app, and the way to the switch that does. */

import { openOwnPermissions, openWeChatPermissions, say, switches, type Switches } from './platform'
import { common, wording } from './texts'

export type Way = 'phone' | 'wechat' | 'own'

const words = wording(
  {
    phone: '手机的定位关着',
    phoneText: '请打开手机自己的“设置”，找到“定位”或“位置信息”，打开它（苹果手机在“隐私与安全性”里）。打开后回到这里，再试一次。',
    wechat: '请让微信用准确的位置',
    wechatText: '接下来是手机里微信的设置：点“位置”，选“使用时允许”，再打开“精确位置”。打开后回到这里，再试一次。',
    go: '去设置',
  },
  {
    phone: 'Location is off on this phone',
    phoneText: 'Please open the phone’s own settings and switch on Location (on an iPhone under Privacy & Security). Then come back here and try again.',
    wechat: 'WeChat needs your exact position',
    wechatText: 'The phone’s settings of WeChat come next: tap Location, allow it while in use, and switch on Precise Location. Then come back here and try again.',
    go: 'Open',
  },
)

/** Which switch it is. `isAbout`: a position came, of the rough area only, so this app’s own permission is given. Pure. */
export function wayTo({ isPhoneOff, isWeChatDenied, isRough }: Switches, isAbout: boolean): Way {
  if (isPhoneOff) return 'phone'
  return isWeChatDenied || isRough || isAbout ? 'wechat' : 'own'
}

/** Lead to the switch; true when another try is worth it. At once after a tap, else WeChat opens nothing. */
export async function openPermissions(isAbout = false): Promise<boolean> {
  const way = wayTo(switches(), isAbout)
  const w = words()
  if (way === 'own') return openOwnPermissions()
  if (way === 'phone') await say(w.phone, w.phoneText, common().ok)
  else await say(w.wechat, w.wechatText, w.go).then(openWeChatPermissions).catch(() => undefined) // where it does not open, the way was told
  return true
}
