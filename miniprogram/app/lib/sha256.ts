/** SHA-256 of a photo's bytes, which WeChat does not give. Pure. */

const K = Array.from({ length: 64 }, (_, place) => fraction(Math.cbrt(prime(place))))
const START = Array.from({ length: 8 }, (_, place) => fraction(Math.sqrt(prime(place))))

function prime(place: number): number {
  for (let candidate = 2, seen = 0; ; candidate += 1) {
    let divisor = 2
    while (divisor * divisor <= candidate && candidate % divisor) divisor += 1
    if (divisor * divisor > candidate && seen++ === place) return candidate
  }
}

function fraction(value: number): number {
  return ((value - Math.floor(value)) * 0x100000000) | 0
}

/** 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  const padded = new DataView(new ArrayBuffer(((bytes.length + 72) >> 6) << 6))
  new Uint8Array(padded.buffer).set(bytes)
  padded.setUint8(bytes.length, 0x80)
  padded.setUint32(padded.byteLength - 8, Math.floor(bytes.length / 0x20000000))
  padded.setUint32(padded.byteLength - 4, bytes.length << 3)
  const hash = Int32Array.from(START)
  const words = new Int32Array(64)
  for (let offset = 0; offset < padded.byteLength; offset += 64) digest(hash, words, padded, offset)
  return [...hash].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

function digest(hash: Int32Array, words: Int32Array, from: DataView, offset: number): void {
  const turn = (value: number, by: number) => (value >>> by) | (value << (32 - by))
  const at = (place: number) => words[place] as number
  for (let t = 0; t < 16; t += 1) words[t] = from.getInt32(offset + t * 4)
  for (let t = 16; t < 64; t += 1) {
    const [x, y] = [at(t - 15), at(t - 2)]
    const [s0, s1] = [turn(x, 7) ^ turn(x, 18) ^ (x >>> 3), turn(y, 17) ^ turn(y, 19) ^ (y >>> 10)]
    words[t] = at(t - 16) + s0 + at(t - 7) + s1
  }
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number]
  for (let t = 0; t < 64; t += 1) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + (K[t] as number) + at(t)) | 0
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0]
  }
  for (const [place, value] of [a, b, c, d, e, f, g, h].entries()) hash[place] = (hash[place] as number) + value
}
