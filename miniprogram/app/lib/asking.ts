/** Wishes that are sent at once: each by a key of its own, and what the screen says when one did not arrive. */

import { isNoAnswer, isRefused } from './api'
import { phoneNow } from './clock'
import { newId } from './ids'
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

/** Ask for something by the key of this wish: over tries it is the same one, another wish has another. What is answered lets its key go. */
export async function askOnce<T>(keys: Record<string, string>, wish: string, ask: (key: string) => Promise<T>): Promise<T> {
  const key = (keys[wish] ??= newId(phoneNow()))
  try {
    const answer = await ask(key)
    delete keys[wish]
    return answer
  } catch (error) {
    if (isRefused(error) && !error.isPassing) delete keys[wish]
    throw error
  }
}
