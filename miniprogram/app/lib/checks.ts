/** Checks before service: who the client is, risks told, limbs, voucher. What is not asked for here is told as not done. Pure. */

import type { Schemas } from './api'

type Told = Schemas['Checks']
export type Checks = Pick<Told, 'identity'> & Partial<Pick<Told, 'identity_reason' | 'limbs' | 'risks_told' | 'voucher' | 'voucher_reason'>>

/** In the order of the lines to choose from. */
export const IDENTITY = [
  { word: 'known', identity: 'known_person' },
  { word: 'seenCard', identity: 'seen_card' },
  { word: 'byVoucher', identity: 'voucher_shown' },
  { word: 'declined', identity: 'not_checked', identity_reason: 'declined' },
  { word: 'notAtHand', identity: 'not_checked', identity_reason: 'not_at_hand' },
  { word: 'urgent', identity: 'not_checked', identity_reason: 'urgent' },
] as const

export const LIMBS = [
  { word: 'limbsOk', limbs: 'ok' },
  { word: 'limbsChanged', limbs: 'changed' },
  { word: 'notChecked', limbs: 'not_checked' },
] as const

/** The first one opens the camera; it counts as shown. */
export const VOUCHER = [
  { word: 'scan', voucher: 'shown' },
  { word: 'shown', voucher: 'shown' },
  { word: 'cardShown', voucher: 'card_shown' },
  { word: 'notAtHand', voucher: 'not_shown', voucher_reason: 'not_at_hand' },
  { word: 'declined', voucher: 'not_shown', voucher_reason: 'declined' },
  { word: 'phoneFailed', voucher: 'not_shown', voucher_reason: 'phone_failed' },
] as const

export interface Chosen {
  identity?: number
  limbs?: number
  voucher?: number
  isToldRisks?: boolean
}

/** Identity is the one that must be answered; `voucher_shown` needs the voucher beside it. */
export function isEnough({ identity, voucher }: Chosen): boolean {
  const chosen = identity === undefined ? undefined : IDENTITY[identity]
  if (!chosen) return false
  return chosen.identity !== 'voucher_shown' || (voucher !== undefined && VOUCHER[voucher]?.voucher !== 'not_shown')
}

/** What is told, with a reason wherever the server asks for one. */
export function checksOf({ identity = 0, limbs, voucher, isToldRisks = false }: Chosen): Checks {
  const without = <T extends { word: string }>({ word, ...rest }: T): Omit<T, 'word'> => (void word, rest)
  const who = IDENTITY[identity] ?? IDENTITY[0]
  const limb = limbs === undefined ? undefined : LIMBS[limbs]
  const shown = voucher === undefined ? undefined : VOUCHER[voucher]
  return { ...without(who), risks_told: isToldRisks, ...(limb ? without(limb) : {}), ...(shown ? without(shown) : {}) }
}
