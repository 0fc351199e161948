/** What a carer takes to the door: full name, way in, care card and the last carer's note of each client. */

import { getIfChanged, isNoAnswer, type Schemas } from './api'
import { lastSeen, seen, type Around, type Seen, type Visit } from './cache'
import { now } from './clock'
import { nameOf } from './visits'

export type DoorCard = Schemas['DoorCard']
export type Cards = Record<string, DoorCard>

interface Stored {
  cards: Cards
  etag: string | undefined
}

/** Cards by client; as they were last without a network. A visit without its card can be begun all the same. */
export async function cards(): Promise<Seen<Cards>> {
  try {
    return await read()
  } catch (error) {
    if (!isNoAnswer(error)) throw error
    return { value: {}, at: now(), isFresh: false }
  }
}

async function read(): Promise<Seen<Cards>> {
  const before = lastSeen<Stored>('cards')?.value
  const found = await seen<Stored>('cards', async () => {
    const changed = await getIfChanged('/api/v1/care-cards', before?.etag)
    if (!changed) return before ?? { cards: {}, etag: undefined }
    return { cards: Object.fromEntries(changed.value.items.map((card) => [card.client_id, card])), etag: changed.etag }
  })
  return { ...found, value: found.value.cards }
}

/** How to call the client: in full where the card is there. */
export function callName(visit: Visit, about: Around, all: Cards): string {
  return all[visit.client_id]?.name ?? nameOf(visit, about)
}
