/** What a carer takes to the door: full name, way in, care card and the last carer's note of each client. */

import { getIfChanged, type Schemas } from './api'
import { lastSeen, seen, type Around, type Seen, type Visit } from './cache'
import { nameOf } from './visits'

export type DoorCard = Schemas['DoorCard']
export type Cards = Record<string, DoorCard>

interface Stored {
  cards: Cards
  etag: string | undefined
}

/** Cards by client; as they were last without a network. */
export async function cards(): Promise<Seen<Cards>> {
  const before = lastSeen<Stored>('cards')?.value
  const found = await seen<Stored>('cards', async () => {
    const read = await getIfChanged('/api/v1/care-cards', before?.etag)
    if (!read) return before ?? { cards: {}, etag: undefined }
    return { cards: Object.fromEntries(read.value.items.map((card) => [card.client_id, card])), etag: read.etag }
  })
  return { ...found, value: found.value.cards }
}

/** How to call the client: in full where the card is there. */
export function callName(visit: Visit, about: Around, all: Cards): string {
  return all[visit.client_id]?.name ?? nameOf(visit, about)
}
