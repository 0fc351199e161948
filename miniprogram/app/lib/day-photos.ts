/** Photos of a care day, which has its id only once it is done: the files are kept before it, and told of after. */

import { iso, phoneNow } from './clock'
import { add, type Added } from './outbox'
import { readFile } from './platform'
import { sha256 } from './sha256'
import type { Schemas } from './api'

export type Purpose = Schemas['PhotoDescription']['purpose']

/** Put a kept file into the outbox as a photo of a fact. */
export async function addPhoto(path: string, factId: string, purpose: Purpose): Promise<Added> {
  const bytes = new Uint8Array(await readFile(path))
  const told = { fact_id: factId, purpose, sha256: sha256(bytes), size: bytes.length, occurred_at: iso(phoneNow()) }
  return add('photo', told, { file: path })
}
