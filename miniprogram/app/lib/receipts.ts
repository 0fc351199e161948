/** A receipt as people see it, and as the text that is given away. Pure. */

import type { Schemas } from './api'

export type Receipt = Schemas['Receipt']

/** How many records it holds, and how many of them lie in a day that is sealed. */
export function sealedOf({ rows }: Receipt): { rows: number; sealed: number } {
  return { rows: rows.length, sealed: rows.filter(({ seal }) => seal !== null).length }
}

/** Everything in it, unchanged: whoever checks it needs every letter. */
export function receiptText(receipt: Receipt): string {
  return JSON.stringify(receipt)
}
