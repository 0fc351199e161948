/** How to call a client on a carer's own pages: in full where the care card was read at the door, never asked for only here. */

import { lastSeen, type Around } from './cache'
import type { Cards } from './cards'
import { wording } from './texts'

const words = wording({ unnamed: '服务对象' }, { unnamed: 'client' })

export function clientName(id: string | null, about: Around): string {
  const card = lastSeen<{ cards: Cards }>('cards')?.value.cards[id ?? '']
  return card?.name ?? about.clients[id ?? '']?.person.name ?? words().unnamed
}
