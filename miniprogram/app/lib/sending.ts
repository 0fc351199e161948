/** A record that was just kept: send it, wait a moment, and say what became of it. */

import { find, flush, pump, type Added, type State } from './outbox'
import { reasonOf } from './outbox-told'
import { isOnline } from './platform'
import { common, wording } from './texts'

/** full: nowhere but in memory; noNet, noAnswer: on this phone, and why it is not further. */
export type Became = 'sent' | 'refused' | 'full' | 'noNet' | 'noAnswer'

export interface BecameTold {
  tone: 'good' | 'warn' | 'bad'
  title: string
  text: string
}

const ANSWER_WITHIN_MS = 6_000

const words = wording<'refused' | `${'noNet' | 'noAnswer'}${'' | 'Text'}`>(
  {
    refused: '后台没有收下',
    noNet: '没有网，已存在手机里', noNetText: '有网就发出去，不用再说一次。急的话请打电话给机构。',
    noAnswer: '后台没有回答，已存好', noAnswerText: '后台好了会自动发出去，不用再说一次。急的话请打电话给机构。',
  },
  {
    refused: 'The server did not take it',
    noNet: 'No network, kept on this phone', noNetText: 'It is sent when there is one; no need to tell again. If it is urgent please call the agency.',
    noAnswer: 'The server does not answer; it is kept', noAnswerText: 'It is sent when the server is back; no need to tell again. If it is urgent please call the agency.',
  },
)

/** What became of it: the server’s word first, then whether the phone holds it. Pure. */
export function becameOf(state: State | undefined, saved: boolean, isConnected: boolean): Became {
  if (state === 'stuck') return 'refused'
  if (state !== undefined && state !== 'kept') return 'sent'
  if (!saved) return 'full'
  return isConnected ? 'noAnswer' : 'noNet'
}

/** Send what waits, and give up waiting for the answer after a moment; sending goes on. */
export async function sendWithin(ms = ANSWER_WITHIN_MS): Promise<void> {
  await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, ms))])
  pump()
}

/** Send a record with all that waits, and hear of it. */
export async function sendAndHear({ id, saved }: Added, ms?: number): Promise<Became> {
  await sendWithin(ms)
  return becameOf(find(id)?.state, saved, await isOnline())
}

/** Why the server did not take it. */
export function refusalOf(id: string): string {
  const kept = find(id)
  return kept ? reasonOf(kept) : ''
}

/** Said instead of what would follow, where neither phone nor server holds the record. Pure. */
export function lostTold(became: Became, refusal: string): BecameTold | undefined {
  return became === 'refused' || became === 'full' ? becameTold(became, { title: '', text: '' }, refusal) : undefined
}

/** What the screen says of it; `sent` are the page’s own words for what arrived. Pure. */
export function becameTold(became: Became, sent: { title: string; text: string }, refusal: string): BecameTold {
  const w = words()
  return {
    sent: { tone: 'good', ...sent } as const,
    refused: { tone: 'bad', title: w.refused, text: refusal } as const,
    full: { tone: 'bad', title: common().storageFull, text: '' } as const,
    noNet: { tone: 'warn', title: w.noNet, text: w.noNetText } as const,
    noAnswer: { tone: 'warn', title: w.noAnswer, text: w.noAnswerText } as const,
  }[became]
}
