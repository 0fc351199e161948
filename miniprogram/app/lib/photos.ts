/** Photos of a visit or care day: kept on the phone until the server has their bytes. */

import type { Schemas } from './api'
import { iso, phoneNow } from './clock'
import { add, pump, type Added } from './outbox'
import { choosePhotos, keepFile, readFile } from './platform'
import { sha256 } from './sha256'

export type Purpose = Schemas['PhotoDescription']['purpose']
export const LARGEST = 2_097_152

export interface Taken {
  /** Where the pictures are kept, by the record's id: for the screen while this page is open. */
  shown: Record<string, string>
  /** How many were too large to be taken. */
  tooLarge: number
  /** False: no room on the phone. */
  saved: boolean
}

/** Let the carer take photos and keep them. Throws StorageFull when there is no room for a file. */
export async function takePhotos(factId: string, purpose: Purpose, most: number): Promise<Taken> {
  const taken: Taken = { shown: {}, tooLarge: 0, saved: true }
  for (const path of await choosePhotos(most)) {
    const bytes = new Uint8Array(await readFile(path))
    if (!bytes.length || bytes.length > LARGEST) {
      taken.tooLarge += 1
      continue
    }
    const file = await keepFile(path) // moved: it is at its first path no more
    const { id, saved } = tell(bytes, file, factId, purpose)
    taken.shown[id] = file
    taken.saved &&= saved
  }
  pump()
  return taken
}

/** Put a file that is kept already into the outbox as a photo of a fact: of a care day, which has its id only once it is done. */
export async function addPhoto(path: string, factId: string, purpose: Purpose): Promise<Added> {
  return tell(new Uint8Array(await readFile(path)), path, factId, purpose)
}

function tell(bytes: Uint8Array, file: string, factId: string, purpose: Purpose): Added {
  const about = { fact_id: factId, purpose, sha256: sha256(bytes), size: bytes.length, occurred_at: iso(phoneNow()) }
  return add('photo', about, { file })
}
