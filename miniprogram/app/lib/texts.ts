/** Words of the screens in two languages. A page holds its own: `const words = wording({ … }, { … })`. */

import { language } from './settings'

/** Words by name; the English ones are held to the same names by the compiler. Answers those of the language set. */
export function wording<K extends string>(zh: Record<K, string>, en: Record<K, string>): () => Record<K, string> {
  return () => (language() === 'en' ? en : zh)
}

/** Put values into `{name}`. A value that is missing is a mistake, and is said at once. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nothing for {${name}} in: ${text}`)
    return String(value)
  })
}

/** Words that several pages need. */
export const common = wording(
  {
    ok: '好',
    gotIt: '知道了',
    cancel: '取消',
    again: '再试一次',
    back: '返回',
    loading: '正在打开…',
    offlineSince: '没有网。这是 {time} 看到的。',
    unreachable: '现在连不上后台。手机里记的都在，稍后会再试。',
    notAllowed: '您的角色看不了这一页。',
    today: '今天',
    tomorrow: '明天',
    day: '{month}月{day}日 周{weekday}',
    weekdays: '日一二三四五六',
    minutes: '{count} 分钟',
    aloud: '读一遍',
    help: '求助',
    demo: '演示：模拟登录，模拟位置，不是真实服务。',
    storageTight: '手机存储快满了。请先到有网的地方打开一次，让记录发出去，不要删除小程序。',
    storageFull: '手机存储满了，这一条还没存住。请不要关掉小程序，正在发送。',
    clockFast: '您的手机快了 {minutes} 分钟。我们会按后台时间核对，这次签到有效。有空请在设置里打开“自动设置时间”。',
  },
  {
    ok: 'OK',
    gotIt: 'Got it',
    cancel: 'Back',
    again: 'Try again',
    back: 'Back',
    loading: 'Opening…',
    offlineSince: 'No network. This was seen at {time}.',
    unreachable: 'The server cannot be reached now. What you recorded is safe on this phone; we will try again.',
    notAllowed: 'Your role cannot see this page.',
    today: 'Today',
    tomorrow: 'Tomorrow',
    day: '{weekday} {day}/{month}',
    weekdays: 'Sun,Mon,Tue,Wed,Thu,Fri,Sat',
    minutes: '{count} min',
    aloud: 'Read aloud',
    help: 'Help',
    demo: 'Demo: made-up logins and positions, no real service.',
    storageTight: 'This phone is almost full. Open the app once where there is a network, so that records are sent; do not delete it.',
    storageFull: 'This phone is full and the record is not kept yet. Please keep the app open while it is sent.',
    clockFast: 'Your phone is {minutes} minutes fast. We go by the server’s time; this check-in counts. Please switch on automatic time when you can.',
  },
)

/** Today, tomorrow, 2月3日 周二. */
export function dayName(parts: { month: number; day: number; weekday: number }, daysAhead: number): string {
  const words = common()
  if (daysAhead === 0) return words.today
  if (daysAhead === 1) return words.tomorrow
  const names = words.weekdays.includes(',') ? words.weekdays.split(',') : [...words.weekdays]
  return fill(words.day, { month: parts.month, day: parts.day, weekday: names[parts.weekday] ?? '' })
}
