import { beforeEach, expect, test } from 'vitest'
import { loggedTold } from '../app/lib/day-words'
import { add, flush, type State } from '../app/lib/outbox'
import { becameOf, becameTold, lostTold, refusalOf, sendAndHear, type Became } from '../app/lib/sending'
import { common } from '../app/lib/texts'
import { fakePhone, sessionOf, type FakePhone } from './fake-wx'

let phone: FakePhone

beforeEach(() => {
  phone = fakePhone()
  phone.storage.set('session', sessionOf('li'))
})

const ALL: readonly Became[] = ['sent', 'refused', 'full', 'noNet', 'noAnswer']

test.each([
  ['stuck', true, true, 'refused'],
  ['stuck', false, false, 'refused'],
  ['sent', true, true, 'sent'],
  ['sent', false, false, 'sent'], // from memory: the server holds it
  ['in_review', true, true, 'sent'],
  ['kept', false, true, 'full'],
  ['kept', true, false, 'noNet'],
  ['kept', true, true, 'noAnswer'],
  [undefined, false, true, 'full'],
] as const)('a record %s, on the phone %s, connected %s, became %s', (state: State | undefined, saved, isConnected, became) => {
  expect(becameOf(state, saved, isConnected)).toBe(became)
})

const answering = (status: number, message: string | null) => {
  phone.answer = ({ body }) => {
    const { records } = body as { records: { record: { id: string } }[] }
    return { status: 200, data: { answers: records.map(({ record }) => ({ id: record.id, status, code: null, message, details: {}, exceptions: [] })) } }
  }
}
const aDay = () => add('care_day', { occurred_at: '2026-10-01T12:00:00Z' })

test('a day that the server refuses is not told as recorded, though nothing of it waits any more', async () => {
  answering(409, '这一天补记的时间过了。')
  const day = aDay()

  const became = await sendAndHear(day)

  expect([await flush(), became]).toEqual([true, 'refused'])
  expect(loggedTold(became, { count: 3, days: 18 }, '', refusalOf(day.id))).toEqual({ tone: 'bad', title: '后台没有收下', text: '这一天补记的时间过了。' })
})

test('what the screen says follows what became of the record', async () => {
  const said = async () => sendAndHear(aDay())
  answering(201, null)
  expect(await said()).toBe('sent')
  phone.answer = () => 'lost'
  expect(await said()).toBe('noAnswer')
  phone.isOnline = false
  expect(await said()).toBe('noNet')
  phone.isFrozen = true
  expect(await said()).toBe('full')
})

test('only what the server or the phone holds is told as recorded', () => {
  const heads = (told: (became: Became) => { title: string } | undefined) => ALL.map((became) => told(became)?.title)
  const full = common().storageFull
  expect(heads((became) => loggedTold(became, { count: 3, days: 18 }, '', '原因'))).toEqual(['今天记好了', '后台没有收下', full, '今天记好了', '今天记好了'])
  expect(loggedTold('sent', { count: 3, days: 18 }, '10月2日', '')).toEqual({ tone: 'good', title: '10月2日 记好了', text: '3 项照护已记下。这个月已记 18 天。' })
  expect(loggedTold('noAnswer', { count: 3, days: 18 }, '', '').text).not.toContain('没有网')
  expect(loggedTold('noNet', { count: 3, days: 18 }, '', '').text).toContain('没有网，已存在手机里')
  expect(heads((became) => becameTold(became, { title: '机构收到了', text: '' }, '原因'))).toEqual(['机构收到了', '后台没有收下', full, '没有网，已存在手机里', '后台没有回答，已存好'])
  expect(heads((became) => lostTold(became, '原因'))).toEqual([undefined, '后台没有收下', full, undefined, undefined])
})
