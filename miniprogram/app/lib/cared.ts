/** The people a guardian speaks for: who is chosen on this phone, and what he may do for each. */

import { get, getAll, type Schemas } from './api'
import { seen, type Seen } from './cache'
import { dayOf, now } from './clock'
import { forget, keep, keepIfRoom, read, StorageFull } from './platform'
import { current } from './session'

export type Client = Schemas['Client']
export type ClientDetail = Schemas['ClientDetail']
export type Extent = Schemas['Guardian']['extent']

export interface Cared {
  clients: Client[]
  /** Undefined when nobody is in this guardian's care. */
  chosen: Client | undefined
}

const MOST_CHARACTERS = 10

const key = () => `cared:${current()?.account_id ?? ''}`
const nameKey = (id: string) => `called:${current()?.account_id ?? ''}:${id}`
let inHand: string | undefined
const RISING: readonly Extent[] = ['confirm_care', 'agree_money', 'sign']

/** Everybody in this guardian's care, and whom the pages are about now. */
export async function cared(): Promise<Seen<Cared>> {
  const found = await seen('cared', () => getAll('/api/v1/clients'))
  const clients = found.value.map(asCalled)
  return { ...found, value: { clients, chosen: chosenOf(clients, inHand ?? read<string>(key())) } }
}

/** By the name that this guardian gave; the server tells a masked one. */
function asCalled(client: Client): Client {
  const name = read<string>(nameKey(client.id))
  return name ? { ...client, person: { ...client.person, name } } : client
}

/** Keep what this guardian calls somebody, on this phone alone; nothing for the masked name again. False where the phone is full. */
export function callClient(id: string, name: string): boolean {
  const called = [...name.trim()].slice(0, MOST_CHARACTERS).join('')
  if (called) return keepIfRoom(nameKey(id), called)
  forget(nameKey(id))
  return true
}

/** The one chosen last, else the first. Pure. */
export function chosenOf(clients: readonly Client[], id: string | undefined): Client | undefined {
  return clients.find((each) => each.id === id) ?? clients[0]
}

export function chooseClient(id: string): void {
  inHand = id
  try {
    keep(key(), id)
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error // until the app ends, then
  }
}

/** The client of the pages with everything known of him; throws what `seen` throws. */
export async function chosenDetail(): Promise<Seen<{ client: Client | undefined; detail: ClientDetail | undefined }>> {
  const { value, ...rest } = await cared()
  const client = value.chosen
  if (!client) return { ...rest, value: { client, detail: undefined } }
  const path = { client_id: client.id }
  const { value: detail, ...read_ } = await seen(`client:${client.id}`, () => get('/api/v1/clients/{client_id}', { path }))
  return { ...read_, value: { client, detail } }
}

/** How far this person may speak for the client on a day; undefined where he may not. Pure. */
export function extentOf(detail: Pick<ClientDetail, 'guardians'>, personId: string | null | undefined, day: string): Extent | undefined {
  const own = detail.guardians
    .filter(({ person, is_approved, valid_from, valid_to }) => person.id === personId && is_approved && holds({ valid_from, valid_to }, day))
    .map(({ extent }) => RISING.indexOf(extent))
  return RISING[Math.max(-1, ...own)]
}

/** Each extent includes the one before. Pure. */
export function may(extent: Extent | undefined, needed: Extent): boolean {
  return extent !== undefined && RISING.indexOf(extent) >= RISING.indexOf(needed)
}

/** What this person may do for the client today. */
export function ownExtent(detail: ClientDetail): Extent | undefined {
  return extentOf(detail, current()?.person_id, dayOf(now()))
}

/** Half-open, as all rights are. Pure. */
export function holds(period: { valid_from: string; valid_to: string | null }, day: string): boolean {
  return period.valid_from <= day && (period.valid_to === null || day < period.valid_to)
}

/** The agency that cares for the client on a day. Pure. */
export function agreementOn(detail: Pick<ClientDetail, 'agreements'>, day: string): Schemas['Agreement'] | undefined {
  return detail.agreements.find((each) => holds(each, day))
}
