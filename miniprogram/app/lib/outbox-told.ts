/** What the page of records says on top, and what its buttons do. Pure. */

import { DAY_MS, timeOf } from './clock'
import type { Counts } from './counting'
import { FILE_GONE, isWaiting, type Kept } from './outbox'
import { told, type Told } from './states'
import { fill, wording } from './texts'

/** sending: it is being tried now; else how the last try ended. */
export type Reach = 'sending' | 'noNet' | 'noServer' | 'reached'
export type Deed = 'send' | 'which' | 'call' | 'resend' | 'back'

export interface Known {
  /** Records of this role that wait, of another role of the same person, and refused ones. */
  waiting: number
  elsewhere: number
  stuck: number
  /** Undefined while they are not known. */
  counts: Counts | undefined
  reach: Reach
  /** When the next try begins by itself. */
  next: number | undefined
}

export interface Banner extends Told {
  tone: 'good' | 'warn' | 'bad' | 'info'
  deeds: readonly Deed[]
}

const words = wording(
  {
    noNet: '都在手机里，没有丢。现在没有网，到了有网的地方会自动发出去。',
    noServer: '都在手机里，没有丢。后台现在没有回答，{time} 会自动再发。',
    soon: '过一会儿',
    nothing: '手机里没有要发的了',
    nothingText: '现在看不到后台的数目。有网的时候再打开这一页，会和后台对一遍。',
    elsewhere: '还有 {count} 条是换了身份以前记的',
    elsewhereText: '都在手机里，没有丢。换回那个身份，就会发出去。',
    stuck: '有 {count} 条后台没有收下',
    stuckText: '都还在手机里。原因写在下面每一条里。可以再发一次；还是不行，就打电话给机构。',
    resend: '再发一次',
    call: '打电话给机构',
    gone: '照片在手机里找不到了，请再拍一张。',
    unsaid: '后台没有说原因，请打电话给机构。',
  },
  {
    noNet: 'All are on this phone, nothing is lost. There is no network now; they are sent by themselves where there is one.',
    noServer: 'All are on this phone, nothing is lost. The server does not answer now; the next try is at {time}.',
    soon: 'a little later',
    nothing: 'Nothing left to send',
    nothingText: 'The server’s count cannot be seen now. Open this page again where there is a network, and the numbers are compared.',
    elsewhere: '{count} were made in another role',
    elsewhereText: 'All are on this phone, nothing is lost. Change back to that role and they are sent.',
    stuck: 'The server did not take {count}',
    stuckText: 'All are still on this phone. Each says why below. Send again; if that does not help, ring the agency.',
    resend: 'Send again',
    call: 'Ring the agency',
    gone: 'The photo is no longer on this phone; please take it again.',
    unsaid: 'The server gave no reason; please ring the agency.',
  },
)

/** The main state: do both sides agree, and if not, what now. */
export function mainBanner({ waiting, counts, reach, next }: Known): Banner {
  if (counts?.missing && reach === 'reached') return { ...told('countsDiffer', { ...counts }), tone: 'warn', deeds: ['send', 'call'] }
  if (waiting) return { ...told('waiting', { count: waiting }), ...why(reach, next), tone: 'warn', deeds: ['send', 'which'] }
  if (counts) return { ...told('allSent', { ...counts }), tone: 'good', deeds: ['back'] }
  return { title: words().nothing, body: words().nothingText, actions: [], tone: 'info', deeds: [] }
}

/** Text 8 says that there is a network; where there is none, or no server, what is true is said. */
function why(reach: Reach, next: number | undefined): { body?: string } {
  if (reach === 'noNet') return { body: words().noNet }
  if (reach === 'noServer') return { body: fill(words().noServer, { time: next === undefined ? words().soon : timeOf(next) }) }
  return {}
}

/** What else stands: refused records, and those of another role. */
export function moreBanners({ stuck, elsewhere }: Known): Banner[] {
  const w = words()
  const refused: Banner = { title: fill(w.stuck, { count: stuck }), body: w.stuckText, actions: [w.resend, w.call], tone: 'bad', deeds: ['resend', 'call'] }
  const other: Banner = { title: fill(w.elsewhere, { count: elsewhere }), body: w.elsewhereText, actions: [], tone: 'info', deeds: [] }
  return [...(stuck ? [refused] : []), ...(elsewhere ? [other] : [])]
}

const LISTED_DAYS = 7

/** The records that are listed, the newest first: those of a week, and whatever is not settled yet, however old. */
export function listed(all: readonly Kept[], isOnlyWaiting: boolean, at: number): Kept[] {
  const isOpen = (kept: Kept) => isWaiting(kept) || kept.state === 'stuck'
  const isRecent = ({ record }: Kept) => Date.parse(record.occurred_at) > at - LISTED_DAYS * DAY_MS
  return all.filter((kept) => isOpen(kept) || (!isOnlyWaiting && isRecent(kept))).reverse()
}

/** Why the server did not take a record. */
export function reasonOf({ state, answer }: Pick<Kept, 'state' | 'answer'>): string {
  if (state !== 'stuck') return ''
  return answer?.code === FILE_GONE ? words().gone : answer?.message || words().unsaid
}
