/** SHA-256 of a photo, since a phone tells of its bytes before it brings them. */

const [INITIAL, ROUNDS] = constants()

/** Lower-case hexadecimal. */
export function sha256(bytes: ArrayBuffer): string {
  const words = padded(new Uint8Array(bytes))
  const state = INITIAL.slice()
  const schedule = new Int32Array(64)
  for (let start = 0; start < words.length; start += 16) mix(state, schedule, words, start)
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

function padded(bytes: Uint8Array): Int32Array {
  const all = new Uint8Array(((bytes.length + 72) >> 6) << 6)
  all.set(bytes)
  all[bytes.length] = 0x80
  const view = new DataView(all.buffer)
  view.setUint32(all.length - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(all.length - 4, (bytes.length << 3) >>> 0)
  return Int32Array.from({ length: all.length / 4 }, (_, place) => view.getInt32(place * 4))
}

function mix(state: Int32Array, w: Int32Array, words: Int32Array, start: number): void {
  for (let i = 0; i < 64; i += 1) {
    w[i] = i < 16 ? words[start + i]! : (w[i - 16]! + w[i - 7]! + small(w[i - 15]!, 7, 18, 3) + small(w[i - 2]!, 17, 19, 10)) | 0
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i += 1) {
    const one = (h + big(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + ROUNDS[i]! + w[i]!) | 0
    const two = (big(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0]
  }
  for (const [place, value] of [a, b, c, d, e, f, g, h].entries()) state[place] = (state[place]! + value) | 0
}

function turned(x: number, by: number): number {
  return (x >>> by) | (x << (32 - by))
}
function small(x: number, p: number, q: number, shift: number): number {
  return turned(x, p) ^ turned(x, q) ^ (x >>> shift)
}
function big(x: number, p: number, q: number, r: number): number {
  return turned(x, p) ^ turned(x, q) ^ turned(x, r)
}

/** The fractions of the square roots of the first 8 primes and of the cube roots of the first 64. */
function constants(): [Int32Array, Int32Array] {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n)
  const fraction = (root: number) => ((root - Math.floor(root)) * 2 ** 32) | 0
  return [Int32Array.from(primes.slice(0, 8), (n) => fraction(Math.sqrt(n))), Int32Array.from(primes, (n) => fraction(Math.cbrt(n)))]
}
