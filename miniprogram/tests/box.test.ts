/** What is sealed for the server alone: the same bytes as in tests/kernel/test_boxes.py, which opens them. */

import { expect, it } from 'vitest'

import { sealed, x25519 } from '../app/lib/box'

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16))
const hex = (of: Uint8Array) => Buffer.from(of).toString('hex')

const KEY = '8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f'
const BOX =
  '358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254175224ed06b0ac5515cfc64b3c284dcf0a3cb07c6a05c5a979cd6503ce52f9e1e7f1a8a799f27553ce98b32b7b78322ca327b994cb2092fbe7c1d3a531a466bfd05c8a07880b42db2acdcc841d086c30ae95d7ff6e0c3fec2fb0de46fd650d40ad105ca012f45b2c93f69dc9e411c93dbc68fcf0ec2771c7fce7551ae7a3aa9079b12225f0caeaa2cf59319ac8fd013b'

it.each([
  // RFC 7748, 5.2 and 6.1
  ['a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4', 'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c', 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552'],
  ['4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d', 'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493', '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957'],
  ['5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb', undefined, 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'],
])('multiplies as the standard says', (secret, point, product) => {
  expect(hex(x25519(bytes(secret), point === undefined ? undefined : bytes(point)))).toBe(product)
})

it('seals to the very bytes that the server opens', () => {
  const once = Uint8Array.from({ length: 32 }, (_, place) => 0x20 + place)

  expect(sealed('{"score":2,"reasons":["came_late"]}', KEY, once)).toBe(BOX)
})

it('is of one length and never the same', () => {
  const one = sealed('{"score":5,"reasons":[]}', KEY, Uint8Array.of(1, ...new Uint8Array(31)))
  const other = sealed('{"score":5,"reasons":[]}', KEY, Uint8Array.of(2, ...new Uint8Array(31)).fill(7, 8))

  expect([one.length, other.length]).toEqual([352, 352])
  expect(one).not.toBe(other)
})
