/** What to say when the phone's clock is wrong; null when it is right enough. */

import { minutesWrong } from './clock'
import { told } from './states'
import { common, fill } from './texts'

export function clockTold(): { title: string; text: string } | null {
  const wrong = minutesWrong()
  if (!wrong) return null
  const { title, body } = told('clockWrong', { minutes: Math.abs(wrong) })
  return { title, text: wrong < 0 ? body : fill(common().clockFast, { minutes: wrong }) }
}
