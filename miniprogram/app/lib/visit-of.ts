/** A visit with all that its pages need, without a network as it was seen last. */

import { around, visits, type Around, type Seen, type Visit } from './cache'
import { callName, cards, type Cards, type DoorCard } from './cards'

export interface VisitSeen {
  visit: Visit | undefined
  about: Around
  homes: Cards
  card: DoorCard | undefined
  name: string
  seen: Seen<unknown>
}

export async function visitOf(id: string): Promise<VisitSeen> {
  const [all, about, homes] = await Promise.all([visits(), around(), cards()])
  const visit = all.value.find((each) => each.id === id)
  const card = visit ? homes.value[visit.client_id] : undefined
  const name = visit ? callName(visit, about.value, homes.value) : ''
  return { visit, about: about.value, homes: homes.value, card, name, seen: all.isFresh ? homes : all }
}
