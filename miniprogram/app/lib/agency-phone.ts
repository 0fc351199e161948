/** Where the agency is rung: its number as the server last gave it; where nobody entered one, this phone asks for it once. */

import { get, isNoAnswer, isRefused, type Schemas } from './api'
import { lastSeen, seen } from './cache'
import { ask, call, choose, keepIfRoom, read } from './platform'
import { wording } from './texts'

type Agency = Schemas['OwnAgency']

const KEY = 'settings:agency-phone'
const CACHE = 'own-agencies'
const words = wording(
  { title: '机构电话', hint: '填一次，以后直接拨打', yes: '拨打', no: '取消' },
  { title: 'The agency’s number', hint: 'Enter it once', yes: 'Call', no: 'Back' },
)

/** The agencies of a carer or family, as seen last when there is no answer. Asked for early: a call must not wait for it. */
export async function ownAgencies(): Promise<Agency[]> {
  try {
    return (await seen(CACHE, async () => (await get('/api/v1/agencies/own')).items)).value
  } catch (error) {
    if (!isNoAnswer(error) && !isRefused(error)) throw error
    return []
  }
}

export function knownAgencies(): Agency[] {
  return lastSeen<Agency[]>(CACHE)?.value ?? []
}

/** Those that can be rung. Pure. */
export function rung(agencies: readonly Agency[]): (Agency & { phone: string })[] {
  return agencies.filter((each): each is Agency & { phone: string } => Boolean(each.phone))
}

export async function callAgency(): Promise<void> {
  const known = rung(knownAgencies())
  const found = known.length ? known : rung(await ownAgencies())
  const place = found.length > 1 ? await choose(found.slice(0, 6).map(({ name }) => name)) : 0
  if (place === undefined) return
  const chosen = found[place]
  if (chosen) return call(chosen.phone)
  await callNumberOfPhone()
}

async function callNumberOfPhone(): Promise<void> {
  const known = read<string>(KEY)
  if (known) return call(known)
  const { title, hint, yes, no } = words()
  const number = (await ask(title, hint, yes, no))?.replace(/[^\d+]/g, '') ?? ''
  if (number.length < 3) return
  keepIfRoom(KEY, number) // a full phone rings all the same, and asks again
  call(number)
}
