/** Asks for reminders inside a tap, and brings the answers to the server: now, or when there is a network. */

import { get, isNoAnswer, isRefused, post } from './api'
import { lastSeen, seen, type Seen } from './cache'
import { dayOf, now, phoneNow } from './clock'
import { newId } from './ids'
import { forget, keepIfRoom, login, read, requestSubscribe } from './platform'
import { answersOf, MOST, toAsk, type Subscription, type TemplateAnswer } from './reminders'
import { current, role } from './session'

export type Asked = 'accepted' | 'refused' | 'kept' | 'off' | 'nothing'
interface Subscriptions {
  is_reachable: boolean
  items: Subscription[]
}

const LEARN_EVERY_MS = 6 * 3_600_000
const FINAL = [409, 422]
const name = () => `reminders:${role() ?? ''}`
const own = (what: string) => `reminders:${what}:${current()?.account_id ?? ''}:${role() ?? ''}`

/** What may be asked for, from the server or as it was seen last. */
export function reminders(): Promise<Seen<Subscriptions>> {
  return seen<Subscriptions>(name(), () => get('/api/v1/me/subscriptions'))
}

/** Know before the next tap what may be asked for; quietly, and not often. Answers that were kept go first. */
export async function learnReminders(): Promise<void> {
  try {
    await sendAnswers()
    const last = lastSeen<Subscriptions>(name())
    if (!last || now() - last.at > LEARN_EVERY_MS) await reminders()
  } catch (error) {
    if (!isNoAnswer(error) && !isRefused(error)) throw error
  }
}

/** In a handler of a tap, before anything is waited for; the work goes on at once. */
export function askAtTap(): void {
  const templates = toAsk(lastSeen<Subscriptions>(name())?.value.items ?? [], now(), read<string>(own('asked')))
  if (!templates.length) return
  keepIfRoom(own('asked'), dayOf(now()))
  void ask(templates)
}

/** Ask for these. Off: messages are switched off in WeChat; nothing: no dialog came. */
export async function ask(templates: string[]): Promise<Asked> {
  const key = own('answers')
  const results = await requestSubscribe(templates.slice(0, MOST))
  if (results === 'off') return 'off'
  const answers = answersOf(results, () => newId(phoneNow()))
  if (!answers.length) return 'nothing'
  const all = [...waiting(key), ...answers]
  keepIfRoom(key, all)
  try {
    await sendAnswers(key, all)
    return answers.some(({ answer }) => answer === 'accept') ? 'accepted' : 'refused'
  } catch (error) {
    if (!isNoAnswer(error) && !isRefused(error)) throw error
    return 'kept'
  }
}

function waiting(key: string): TemplateAnswer[] {
  return read<TemplateAnswer[]>(key) ?? []
}

/** What the server will not take so is let go; all else stays until it has it. */
async function sendAnswers(key = own('answers'), all = waiting(key)): Promise<void> {
  for (let from = 0; from < all.length; from += MOST) {
    try {
      const told = await send(all.slice(from, from + MOST))
      await seen(name(), () => Promise.resolve(told))
    } catch (error) {
      if (!isRefused(error) || !FINAL.includes(error.status)) throw error
    }
    const done = new Set(all.slice(0, from + MOST).map(({ id }) => id))
    const left = waiting(key).filter(({ id }) => !done.has(id))
    if (left.length) keepIfRoom(key, left)
    else forget(key)
  }
}

/** With a code where the server does not know yet which WeChat to write to. */
async function send(answers: TemplateAnswer[]): Promise<Subscriptions> {
  const isReachable = lastSeen<Subscriptions>(name())?.value.is_reachable === true
  const isAccepted = answers.some(({ answer }) => answer === 'accept')
  try {
    return await post('/api/v1/me/subscriptions', { answers, code: isAccepted && !isReachable ? await login() : null })
  } catch (error) {
    if (!isRefused(error, 'wechat_code_needed')) throw error
    return post('/api/v1/me/subscriptions', { answers, code: await login() })
  }
}
