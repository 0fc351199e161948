/** What a family carer's phone takes with it, read from the server when there is one. */

import { get, getAll, getIfChanged, type Schemas } from './api'
import { lastSeen, seen, type Seen } from './cache'
import { dayOf, now } from './clock'
import { daysOn, type Care } from './family'

/** The clients of this family carer and all about each; readable offline as it was seen last. */
export function family(): Promise<Seen<Care[]>> {
  return seen('family', async () => {
    const [clients, own, names] = await Promise.all([getAll('/api/v1/clients'), get('/api/v1/carers/self'), fullNames()])
    const cares = await Promise.all(clients.map((client) => careOf(client, own.id)))
    return cares.map((care) => ({ ...care, name: names[care.id] ?? care.name }))
  })
}

interface Cards {
  names: Record<string, string>
  etag: string | undefined
}

/** Names as they are: each reading is written down by the server, so it is asked whether anything changed. */
async function fullNames(): Promise<Record<string, string>> {
  const before = lastSeen<Cards>('family-cards')?.value
  const { value } = await seen<Cards>('family-cards', async () => {
    const cards = await getIfChanged('/api/v1/care-cards', before?.etag)
    if (!cards) return before ?? { names: {}, etag: undefined }
    return { names: Object.fromEntries(cards.value.items.map(({ client_id, name }) => [client_id, name])), etag: cards.etag }
  })
  return value.names
}

async function careOf(client: Schemas['Client'], carerId: string): Promise<Care> {
  const today = dayOf(now())
  const path = { client_id: client.id }
  const months = [...new Set([today, daysOn(today, -10)].map((day) => `${day.slice(0, 7)}-01`))]
  const [detail, terms, training, notices, days] = await Promise.all([
    get('/api/v1/clients/{client_id}', { path }),
    get('/api/v1/clients/{client_id}/care-terms', { path }),
    get('/api/v1/clients/{client_id}/training-progress', { path }),
    getAll('/api/v1/notices', { query: { client_id: client.id } }),
    Promise.all(months.map((month) => getAll('/api/v1/care-days', { query: { client_id: client.id, month } }))),
  ])
  const prompts = terms.prompts_per_week ? (await get('/api/v1/prompts')).prompts : []
  return {
    id: client.id,
    name: client.person.name,
    terms,
    days: days.flat().filter((day) => day.carer_id === carerId),
    stays: detail.stays,
    notices: notices.map(({ id, kind, day, state }) => ({ id, kind, day, state })),
    training: training.items.filter((stage) => stage.carer_id === carerId).pop() ?? null,
    prompts: prompts.filter((prompt) => prompt.client_id === client.id),
  }
}

/** The catalogue of service items. */
export function catalogue(): Promise<Seen<Schemas['ServiceItem'][]>> {
  return seen('catalogue', () => getAll('/api/v1/service-items'))
}
