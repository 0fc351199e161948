/** Call for help: kept and sent at once, and what is known of who heard it. */

import { isNoAnswer, isRefused, post, type Schemas } from './api'
import { lastSeen, type Visit } from './cache'
import { iso, phoneNow } from './clock'
import { parted } from './geo'
import { add, find, flush, pump, records, type Kept } from './outbox'
import { locate } from './platform'
import { told, type Told } from './states'
import { wording } from './texts'
import { stageOf } from './visits'

export type Heard = 'sending' | 'told' | 'seen' | 'not_known' | 'nobody' | 'no_server' | 'not_sent'
type Call = Pick<Schemas['HelpCall'], 'agency_ids' | 'alerts' | 'received_at' | 'state'>

const POSITION_WITHIN_MS = 4_000
const ANSWER_WITHIN_MS = 8_000
/** A text message is at its provider within five seconds; after this the carer does not wait for it. */
const ALERTED_WITHIN_MS = 15_000

const words = wording(
  {
    sending: '正在求助…', sendingText: '正在找您的位置并通知机构。等不及就直接打电话。',
    seen: '机构看到了', seenText: '机构的人已经看到求助，会马上联系您。请先到安全的地方。',
    notKnown: '请直接打电话', notKnownText: '求助已经到后台，但还不知道机构看到没有。不要等，请现在打电话。',
    noServer: '后台没回答，请打电话',
    nobody: '请直接打电话', nobodyText: '求助存到后台了，但是现在没有机构负责您，没有人会看到。',
  },
  {
    sending: 'Calling for help…', sendingText: 'Finding where you are and telling the agency. If you cannot wait, ring.',
    seen: 'The agency has seen it', seenText: 'Somebody at the agency has seen your call and will speak to you at once. Go where it is safe first.',
    notKnown: 'Please ring yourself', notKnownText: 'The server has your call, but it is not known whether the agency has seen it. Do not wait: please telephone now.',
    noServer: 'No answer, please call',
    nobody: 'Please ring yourself', nobodyText: 'The server has your call, but no agency answers for you now: nobody will see it.',
  },
)

/** What was heard of a call: by the record on this phone, and the call as the server has it at `at`. Only a message that
 *  went out to an agency, or somebody who took the call, makes it told. Pure. */
export function heardOf(kept: Pick<Kept, 'state'> | undefined, call: Call | undefined, now: { at: number; isWaiting: boolean; isOnline: boolean }): Heard {
  if (call) return heardByServer(call, now.at)
  if (kept?.state === 'sent') return 'not_known'
  if (now.isWaiting && kept?.state !== 'stuck') return 'sending'
  return now.isOnline && kept?.state === 'kept' ? 'no_server' : 'not_sent'
}

function heardByServer(call: Call, at: number): Heard {
  if (call.state === 'acknowledged') return 'seen'
  if (call.agency_ids.length === 0) return 'nobody'
  const is = (wanted: string) => call.alerts.some(({ state }) => state === wanted)
  if (is('sent')) return 'told'
  return is('waiting') && at - Date.parse(call.received_at) < ALERTED_WITHIN_MS ? 'sending' : 'not_known'
}

/** After how long it is asked again what became of a call; not at all once somebody saw it. Pure. */
export function askAgainIn(heard: Heard, call: Call | undefined): number | undefined {
  if (heard === 'told' || heard === 'not_known') return 10_000
  return heard === 'sending' && call ? 2_000 : undefined
}

export interface HelpTold extends Told {
  tone: 'info' | 'good' | 'bad'
}

/** What the screen says; its buttons are always the same three: agency, 120, 110. */
export function helpTold(heard: Heard, agency = ''): HelpTold {
  const w = words()
  const { actions } = told('helpNotSent')
  switch (heard) {
    case 'told':
      return { ...told('helpSent', { name: agency }), tone: 'good' }
    case 'not_sent':
      return { ...told('helpNotSent'), tone: 'bad' }
    case 'no_server':
      return { ...told('helpNotSent'), title: w.noServer, tone: 'bad' }
    case 'not_known':
      return { title: w.notKnown, body: w.notKnownText, actions, tone: 'bad' }
    case 'nobody':
      return { title: w.nobody, body: w.nobodyText, actions, tone: 'bad' }
    case 'seen':
      return { title: w.seen, body: w.seenText, actions, tone: 'good' }
    case 'sending':
      return { title: w.sending, body: w.sendingText, actions, tone: 'info' }
  }
}

/** A call that is still on this phone is sent again as the same one; after one that was heard a new call is a new one. Pure. */
export function isSameCall(kept: Pick<Kept, 'state'> | undefined): boolean {
  return kept?.state === 'kept'
}

/** Why the server did not take it, in its own words. Pure. */
export function refusalOf(kept: Pick<Kept, 'state' | 'answer'> | undefined): string {
  return kept?.state === 'stuck' ? (kept.answer?.message ?? '') : ''
}

/** Send what is kept, and wait a moment for the answer. */
export async function sendNow(): Promise<void> {
  await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS))])
  pump()
}

/** Keep the call and send it. `visitId`: of the visit that is on, so that its agency is told. Answers the record's id. */
export async function callForHelp(visitId: string | null): Promise<{ id: string; saved: boolean }> {
  const at = phoneNow()
  const { fix } = parted(await locate(POSITION_WITHIN_MS))
  const added = add('help_call', { occurred_at: iso(at), fix, visit_id: visitId })
  await sendNow()
  return added
}

/** The call as the server has it: told again under its id, which changes nothing. Undefined while it cannot be asked. */
export async function askHeard(id: string): Promise<Schemas['HelpCall'] | undefined> {
  const kept = find(id)
  if (!kept || kept.state === 'kept' || kept.state === 'stuck') return undefined
  try {
    return await post('/api/v1/help-calls', kept.record as unknown as Schemas['HelpTap'])
  } catch (error) {
    if (isNoAnswer(error) || isRefused(error)) return undefined
    throw error
  }
}

const LATELY_MS = 30 * 60_000

/** The call of the last half hour, so that its page says what became of it when it is opened again. */
export function lastCall(at: number): Kept | undefined {
  return records().filter(({ kind, record }) => kind === 'help_call' && at - Date.parse(record.occurred_at) < LATELY_MS).pop()
}

/** The visit that is on, by what this phone knows. */
export function begunVisit(): Visit | undefined {
  const kept = records()
  return lastSeen<{ items: Visit[] }>('visits')?.value.items.find((visit) => stageOf(visit, kept) === 'begun')
}

/** The names of the agencies that were alerted, as this phone knows them. Pure. */
export function namesOf(call: Pick<Schemas['HelpCall'], 'alerts'> | undefined, agencies: readonly { id: string; name: string }[]): string {
  const alerted = (call?.alerts ?? []).filter(({ state }) => state === 'sent').map(({ agency_id }) => agency_id)
  return agencies.filter(({ id }) => alerted.includes(id)).map(({ name }) => name).join('、')
}
