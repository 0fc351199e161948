/** UUIDv7 made on the phone: every record carries one, so that sending it twice changes nothing. */

let last = 0
let counter = 0

/** An id of this instant; those of one millisecond rise. */
export function newId(at: number, random: () => number = Math.random): string {
  counter = at === last ? counter + 1 : Math.floor(random() * 0x400)
  last = at
  const bytes = Array.from({ length: 16 }, () => Math.floor(random() * 256))
  for (let place = 0; place < 6; place += 1) bytes[place] = Math.floor(at / 2 ** (8 * (5 - place))) % 256
  bytes[6] = 0x70 | ((counter >> 8) & 0x0f)
  bytes[7] = counter & 0xff
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
