/** Where a tap was, in words. The server judges; the phone only repeats it. Pure. */

import type { Schemas } from './api'
import type { NoFix, PhoneFix } from './platform'

export type Place = 'inside' | 'uncertain' | 'outside' | 'none' | 'approximate'
type Code = Schemas['Exception']['code']

const APPROXIMATE_FROM_M = 1000 // what a phone tells that gives only the rough area, where it does not say that it does

/** What the answer to a tap says about its place; without such an exception it was inside. `isRough`: the phone says so itself. */
export function placeOf(codes: readonly Code[], fix: PhoneFix | null, isRough = false): Place {
  if (codes.includes('no_location')) return 'none'
  if (fix && (isRough || (fix.accuracy_m ?? 0) >= APPROXIMATE_FROM_M)) return 'approximate'
  if (codes.includes('outside_fence')) return 'outside'
  const doubtful: readonly Code[] = ['uncertain_location', 'stale_fix', 'home_unknown', 'address_doubtful']
  return doubtful.some((code) => codes.includes(code)) ? 'uncertain' : 'inside'
}

/** ±12: whole metres, never better than the phone said. */
export function accuracy(fix: PhoneFix | null): number | undefined {
  return fix?.accuracy_m === null || fix === null ? undefined : Math.ceil(fix.accuracy_m)
}

/** The position, or null with the reason apart. */
export function parted(found: PhoneFix | NoFix): { fix: PhoneFix | null; why: NoFix | undefined } {
  return typeof found === 'string' ? { fix: null, why: found } : { fix: found, why: undefined }
}
