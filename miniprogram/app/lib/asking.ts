/** Wishes that are sent at once: what the screen says when one did not arrive. */

import { isNoAnswer } from './api'
import { sentence } from './page'
import { wording } from './texts'

const words = wording(
  { noNet: '没有网，还没有发出去。您填的都在这里，有网时再点一次。' },
  { noNet: 'No network, not sent yet. What you entered is still here; tap again when there is one.' },
)

/** Nothing was lost and nothing was done, or the server's own sentence. */
export function whyNotSent(error: unknown): string {
  return isNoAnswer(error) ? words().noNet : sentence(error)
}
