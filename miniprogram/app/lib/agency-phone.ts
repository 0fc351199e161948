/** Ring the agency: by the number it entered, read before and kept; else by one that the carer types once. */

import { get, type Schemas } from './api'
import { lastSeen, seen } from './cache'
import { ask, call, choose, keep, read } from './platform'
import { wording } from './texts'

const KEY = 'settings:agency-phone'
const NAME = 'own-agencies'
const words = wording(
  { title: '机构电话', hint: '机构还没有登记电话。填一次，以后直接拨打', yes: '拨打', no: '取消' },
  { title: 'The agency’s number', hint: 'The agency entered none yet. Type it once', yes: 'Call', no: 'Cancel' },
)
type Agencies = Schemas['OwnAgencyList']

/** Read the numbers while there is a network. */
export async function readAgencies(): Promise<void> {
  await seen<Agencies>(NAME, () => get('/api/v1/agencies/own'))
}

export async function callAgency(): Promise<void> {
  const numbers = (lastSeen<Agencies>(NAME)?.value.items ?? []).flatMap(({ name, phone }) => (phone ? [{ name, phone }] : []))
  if (numbers.length > 1) {
    const place = await choose(numbers.slice(0, 6).map(({ name }) => name))
    const chosen = numbers[place ?? -1]
    return chosen && call(chosen.phone)
  }
  const known = numbers[0]?.phone ?? read<string>(KEY)
  return known ? call(known) : askAndCall()
}

async function askAndCall(): Promise<void> {
  const { title, hint, yes, no } = words()
  const number = (await ask(title, hint, yes, no))?.replace(/[^\d+]/g, '') ?? ''
  if (number.length < 3) return
  keep(KEY, number)
  call(number)
}
