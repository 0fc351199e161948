/** A visit with all that its pages need. */

import { ownAgencies } from './agency-phone'
import { around, lastSeen, visits, type Around, type Seen, type Visit } from './cache'
import { ratingTerms } from './handed-over'
import { callName, cards, type Cards, type DoorCard } from './cards'

export interface VisitSeen {
  visit: Visit | undefined
  /** All of these days, the visit among them. */
  all: Visit[]
  about: Around
  homes: Cards
  card: DoorCard | undefined
  name: string
  seen: Seen<unknown>
}

/** As the phone has it, so that nobody waits at the door; asked for only where it is not there. */
export async function visitOf(id: string): Promise<VisitSeen> {
  return keptVisit(id) ?? freshVisit(id)
}

export function keptVisit(id: string): VisitSeen | undefined {
  const [all, about, homes] = [lastSeen<{ items: Visit[] }>('visits'), lastSeen<Around>('around'), lastSeen<{ cards: Cards }>('cards')]
  const isThere = all?.value.items.some((each) => each.id === id)
  if (!all || !about || !homes || !isThere) return undefined
  return put(id, all.value.items, about.value, homes.value.cards, { ...all, isFresh: true })
}

/** Asked for anew; without a network as it was seen last. */
export async function freshVisit(id: string): Promise<VisitSeen> {
  void ownAgencies() // a call must not wait for them
  void ratingTerms() // nor a client to whom the phone is handed
  const [all, about, homes] = await Promise.all([visits(), around(), cards()])
  return put(id, all.value, about.value, homes.value, all)
}

function put(id: string, all: Visit[], about: Around, homes: Cards, seen: Seen<unknown>): VisitSeen {
  const visit = all.find((each) => each.id === id)
  const name = visit ? callName(visit, about, homes) : ''
  return { visit, all, about, homes, card: visit ? homes[visit.client_id] : undefined, name, seen }
}
