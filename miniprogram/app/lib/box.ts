/**
 * What is written down for the server alone: sealed under its key, so that this phone cannot read it again. X25519 (RFC 7748)
 * and SHA-256; the server opens it in `kernel/boxes.py`. Pure.
 */

import { sha256 } from './sha256'

/** A number modulo 2²⁵⁵ − 19 as 16 limbs of 16 bits, the lowest first. */
type Field = number[]

const ZERO: Field = Array.from({ length: 16 }, () => 0)
const ONE: Field = ZERO.map((_, place) => (place ? 0 : 1))
const A24: Field = ZERO.map((_, place) => [0xdb41, 1][place] ?? 0)
const PRIME: Field = ZERO.map((_, place) => (place === 0 ? 0xffed : place === 15 ? 0x7fff : 0xffff))
const BASE = Uint8Array.from({ length: 32 }, (_, place) => (place ? 0 : 9))
const LABEL = 'anhu box 1'
/** Of one length, whatever is said. */
const CONTENT_BYTES = 128

const at = (of: ArrayLike<number>, place: number): number => of[place] ?? 0
const added = (a: Field, b: Field): Field => a.map((limb, place) => limb + at(b, place))
const less = (a: Field, b: Field): Field => a.map((limb, place) => limb - at(b, place))

/** Limbs of 16 bits again; what runs over the top comes back times 38. */
function carried(of: Field): Field {
  const limbs = [...of]
  for (let place = 0; place < 16; place += 1) {
    const over = Math.floor(at(limbs, place) / 0x10000)
    limbs[place] = at(limbs, place) - over * 0x10000
    if (place < 15) limbs[place + 1] = at(limbs, place + 1) + over
    else limbs[0] = at(limbs, 0) + 38 * over
  }
  return limbs
}

/** The one loop that takes time: half a million products a key. */
function times(a: Field, b: Field): Field {
  const sum = new Float64Array(31)
  for (let i = 0; i < 16; i += 1) {
    const limb = a[i] as number
    for (let j = 0; j < 16; j += 1) sum[i + j] = (sum[i + j] as number) + limb * (b[j] as number)
  }
  return carried(carried(ZERO.map((_, place) => at(sum, place) + 38 * at(sum, place + 16))))
}

/** To the power of the prime less two. */
function inverse(of: Field): Field {
  let found = of
  for (let bit = 253; bit >= 0; bit -= 1) {
    found = times(found, found)
    if (bit !== 2 && bit !== 4) found = times(found, of)
  }
  return found
}

function unpacked(bytes: Uint8Array): Field {
  return ZERO.map((_, place) => at(bytes, 2 * place) + 0x100 * (at(bytes, 2 * place + 1) & (place === 15 ? 0x7f : 0xff)))
}

function packed(of: Field): Uint8Array {
  let limbs = carried(carried(carried(of)))
  for (let turn = 0; turn < 2; turn += 1) {
    const reduced = carriedDown(less(limbs, PRIME))
    if (at(reduced, 15) >= 0) limbs = reduced
  }
  return Uint8Array.from({ length: 32 }, (_, place) => (at(limbs, place >> 1) >> (8 * (place & 1))) & 0xff)
}

/** As `carried`, with the sign left in the highest limb. */
function carriedDown(of: Field): Field {
  const limbs = [...of]
  for (let place = 0; place < 15; place += 1) {
    const over = Math.floor(at(limbs, place) / 0x10000)
    limbs[place] = at(limbs, place) - over * 0x10000
    limbs[place + 1] = at(limbs, place + 1) + over
  }
  return limbs
}

/** The point `secret` times `point`, both of 32 bytes. */
export function x25519(secret: Uint8Array, point: Uint8Array = BASE): Uint8Array {
  const k = Uint8Array.from(secret)
  k[0] = at(k, 0) & 248
  k[31] = (at(k, 31) & 127) | 64
  const x = unpacked(point)
  let [a, b, c, d] = [ONE, x, ZERO, ONE]
  for (let bit = 254; bit >= 0; bit -= 1) {
    const isSet = ((at(k, bit >> 3) >> (bit & 7)) & 1) === 1
    if (isSet) [a, b, c, d] = [b, a, d, c]
    const [sum, difference] = [carried(added(a, c)), carried(less(a, c))]
    const [cross, other] = [times(carried(less(b, d)), sum), times(carried(added(b, d)), difference)]
    const [s, t] = [times(sum, sum), times(difference, difference)]
    const e = carried(less(s, t))
    const [together, apart] = [carried(added(cross, other)), carried(less(other, cross))]
    a = times(s, t)
    c = times(e, carried(added(times(e, A24), s)))
    b = times(together, together)
    d = times(times(apart, apart), x)
    if (isSet) [a, b, c, d] = [b, a, d, c]
  }
  return packed(times(a, inverse(c)))
}

/** A box with the content, as hexadecimal digits; `secret` are 32 random bytes that nobody keeps. */
export function sealed(content: string, publicKey: string, secret: Uint8Array): string {
  const receiver = bytesOf(publicKey)
  const own = x25519(secret)
  const key = hash(ascii(LABEL), x25519(secret, receiver), own, receiver)
  const open = ascii(content.padEnd(CONTENT_BYTES))
  const hidden = open.map((byte, place) => byte ^ at(hash(key, Uint8Array.of(place >> 5)), place & 31))
  return hexOf(joined(own, hidden, hash(key, ascii('tag'), hidden).slice(0, 16)))
}

function hash(...parts: Uint8Array[]): Uint8Array {
  return bytesOf(sha256(joined(...parts)))
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, place) => parseInt(hex.slice(2 * place, 2 * place + 2), 16))
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
