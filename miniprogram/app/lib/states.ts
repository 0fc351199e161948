/** What the carer's screen says in each state: is it recorded, will I be paid, what now. Word for word as agreed. */

import { language } from './settings'
import { ENGLISH } from './states-en'
import { fill } from './texts'

export interface Told {
  title: string
  body: string
  /** The main button first. */
  actions: string[]
}

export const CHINESE = {
  locating: ['正在找您的位置', '大约要 10 秒。请站到窗边或门口，手机不要放进口袋。', '不等了，先签到'],
  inside: ['签到好了 {time}', '您在{name}家，位置没问题。', '开始服务'],
  uncertain: ['签到好了 {time}', '时间已经记下。屋里信号弱，位置不太准（相差约{metres}米）。扫一下家里的入户码，就不用再核实。', '扫入户码', '先开始服务'],
  outside: ['已记下，离家有点远', '{time} 已记下。现在离登记的地址约 {metres} 米，是哪一种情况？选好就可以服务，机构会有人核实，核实前不会扣钱。', '我在门口，定位不准', '搬家了或地址不对', '今天不在家里服务', '我还没到'],
  noLocation: ['没有拿到位置', '时间 {time} 已记下。没有位置，也没有别的证明，这一次还不能结算。请打开定位再试；打不开，就扫入户码，再请家属确认。', '打开定位', '扫入户码', '打电话给机构'],
  approximate: ['手机只给了大概位置', '{time} 已记下。请在手机设置里打开“精确位置”。现在也可以扫入户码。', '去设置', '扫入户码'],
  offline: ['没有网，已存在手机里', '签到时间 {time} 已存好，您照常服务。到了有网的地方，打开一次这个小程序就会发出去。发出去之前请不要删除小程序。', '知道了'],
  serverDown: ['后台没有回答，已存好', '签到时间 {time} 已存在手机里，您照常服务。后台好了会自动发出去，不用重做。发出去之前请不要删除小程序。', '知道了'],
  waiting: ['还有 {count} 条没发出去', '都在手机里，没有丢。现在有网，正在发送。', '马上发送', '看看是哪几条'],
  allSent: ['都发出去了', '今天 {phone} 条，后台也收到 {server} 条，数目一样。', '好'],
  countsDiffer: ['后台少了 {missing} 条', '手机里有 {phone} 条，后台收到 {server} 条。手机里的还在，正在补发，不用您重做。', '补发', '打电话给机构'],
  accepted: ['这次服务通过了', '{name}家，{minutes} 分钟，已算进 {month} 月。', '看本月'],
  inReview: ['有人在核实这一次', '原因：{reason}。最晚 {day} 有结果。您不用做什么，也可以补一句说明或一张照片。', '补充说明', '知道了'],
  asked: ['请您补一下', '还差：{what}。请在 {day} 前补好，补好后继续核实。', '现在补', '补不了，说明原因'],
  rejected: ['这一次没有通过', '原因：{reason}。决定人：{who}。这 {minutes} 分钟现在不结算。您觉得不对，{day} 前可以申诉，会换一个人再看。', '我要申诉', '看当时的记录', '打电话问'],
  appealWon: ['申诉成功', '{day}那次已改为通过，{minutes} 分钟算进 {month} 月。原来的决定和您的说明都留着。', '看明细'],
  forgotten: ['{day}忘了签退', '{name}家 {time} 签到，没有签退。请告诉我们几点走的，家属也会看到。不影响您今天签到。', '我 {end} 走的', '换个时间', '记不清了'],
  stillOpen: ['{name}家还没签退', '几点从{name}家走的？填好就能在这里签到。', '{end} 走的', '换个时间', '我走错了，回去签退'],
  twice: ['已经签过到了', '{time} 签的，不用再点。', '继续服务'],
  clockWrong: ['手机时间不准', '您的手机慢了 {minutes} 分钟。我们会按后台时间核对，这次签到有效。有空请在设置里打开“自动设置时间”。', '知道了'],
  cannotStart: ['今天做不了？', '请选一个原因。机构马上知道，会告诉您下一步。', '没人开门', '住院了', '家属说不用来', '人不在了', '不安全'],
  stopped: ['{name}的待遇停了', '从 {day} 起：{reason}。请先打电话给机构。人在家里的话，点“人在家”，照常服务，由机构核实。', '打电话给机构', '人在家'],
  cannotSign: ['不能签字也没关系', '请选原因：{reasons}。家属晚上可以在自己手机上确认。', '选好了'],
  early: ['比计划早 {minutes} 分钟', '还有 {count} 项没做：{items}。做完了就勾上；没做，请选原因。', '回去接着做', '就到这里，选原因'],
  extra: ['这一项不在计划里', '要{name}或家属同意，费用 {yuan} 元由自己出，长护险不付。不同意就请不要做。', '请家属同意', '不做了'],
  newPhone: ['换手机了', '可以照常工作。请向机构要 6 位数字；机构确认前，签到会多核实一下。', '输入数字', '打电话给机构'],
  helpSent: ['求助发出去了', '机构{name}已收到，马上打给您。请先到安全的地方。', '打给机构', '打 120', '打 110'],
  helpNotSent: ['没有网，请打电话', '求助没有发出去。请现在直接打电话。', '打给机构', '打 120', '打 110'],
  dayDone: ['今天记好了', '{count} 项照护已记下。这个月已记 {days} 天。'],
  dayMissed: ['昨天还没记', '可以补到今晚 12 点。住院、外出的日子请选原因，不用补。'],
  hospital: ['住院的日子先停', '从 {day} 起停发，出院后点一下“出院了”就接着记。'],
  training: ['培训第 {days} 天', '满两个月并考核合格后转为正式，转正次月 {day} 起算补助。'],
  paid: ['{month} 月补助已发出', '{yuan} 元，转到尾号 {tail} 的卡，户名{name}。一般 1–3 天到。少发的 {days} 天点这里看原因。'],
  returned: ['银行退回来了', '原因：{reason}。钱还在，没有丢。请带身份证和银行卡到{place}办理，或在这里换卡，{days} 天后重新发。'],
} as const

export type StateName = keyof typeof CHINESE

/** The texts of a state with their values filled in. */
export function told(name: StateName, values: Record<string, string | number> = {}): Told {
  const [title, body, ...actions] = language() === 'en' ? ENGLISH[name] : CHINESE[name]
  const filled = (text: string) => fill(text, values)
  return { title: filled(title ?? ''), body: filled(body ?? ''), actions: actions.map(filled) }
}
