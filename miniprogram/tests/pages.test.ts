import { beforeEach, expect, test } from 'vitest'
import { Refused } from '../app/lib/api'
import { askOnce } from '../app/lib/asking'
import { seen } from '../app/lib/cache'
import { dayOf, now } from '../app/lib/clock'
import { clientsToReport, freshIncident, instantOf } from '../app/lib/incidents'
import { show, whenSeen } from '../app/lib/page'
import { NoAnswer } from '../app/lib/platform'
import { fakePhone, sessionOf, type FakePhone } from './fake-wx'

let phone: FakePhone

beforeEach(() => {
  phone = fakePhone()
  phone.storage.set('session', sessionOf('li'))
})

/** A page, and loadings of it that end when they are told to. */
function paged() {
  const page = { data: {} as Record<string, unknown>, setData: (data: object) => void Object.assign(page.data, data) }
  const loading = (text: string) => {
    let end: (error?: Error) => void = () => undefined
    const answer = new Promise<{ data: Record<string, unknown> }>((resolve, reject) => {
      end = (error) => (error ? reject(error) : resolve({ data: { text } }))
    })
    const shown = show(page, () => answer)
    return async (error?: Error) => (end(error), shown)
  }
  return { page, loading }
}

test('an answer that comes after that of a later question is not shown, nor is its fault', async () => {
  const { page, loading } = paged()
  const [october, november, december] = [loading('十月'), loading('十一月'), loading('十二月')]

  await december()
  await october()
  await november(new NoAnswer('slow'))

  expect(page.data).toMatchObject({ text: '十二月', state: 'ready' })
})

test('the last question’s fault is shown', async () => {
  const { page, loading } = paged()
  await loading('十月')()
  await loading('十一月')(new NoAnswer('slow'))
  expect(page.data).toMatchObject({ text: '十月', state: 'error' })
})

test.each([
  ['2026-11-29T01:12:00Z', '09:12'],
  ['2026-11-28T16:00:00Z', '00:00'],
  ['2026-11-28T15:59:00Z', '11月28日 周六 23:59'],
  ['2025-11-29T01:12:00Z', '11月29日 周六 09:12'],
])('what was seen at %s is said of %s', (at, text) => {
  expect(whenSeen(Date.parse(at), Date.parse('2026-11-29T02:00:00Z'))).toBe(text)
})

test.each([180_000, -180_000])('on a phone %i ms off a report begun now is of now, and never of yesterday', (skew) => {
  phone.storage.set('clock:skew', skew)
  const late = now() - Date.parse(instantOf(freshIncident([], undefined).time, dayOf(now()), now()))
  expect([late >= 0, late < 120_000]).toEqual([true, true])
})

test('a report is of the visit that is on, else of the only client', () => {
  const [one, two] = [{ id: 'c1' }, { id: 'c2' }]
  const about = ({ clientId, visitId }: ReturnType<typeof freshIncident>) => [clientId, visitId]
  expect(about(freshIncident([one, two], { id: 'v2', client_id: 'c2' }))).toEqual(['c2', 'v2'])
  expect(about(freshIncident([one], undefined))).toEqual(['c1', null])
  expect(about(freshIncident([one, two], undefined))).toEqual(['', null])
})

test('without a network a family carer reports about those whose days he logs', async () => {
  const role = { id: 'grant-1', role: 'family_carer' }
  phone.storage.set('session', { ...sessionOf('zhao'), grant: role, grants: [role] })
  await seen('family', async () => [{ id: 'c1', name: '赵玉珍' }])
  phone.isOnline = false
  expect(await clientsToReport()).toMatchObject({ value: [{ id: 'c1', name: '赵玉珍' }], isFresh: false })
})

const refused = (status: number) => new Refused(status, 'x', '')

test('a wish keeps its key over tries without an answer, and has it for itself', async () => {
  const keys: Record<string, string> = {}
  const asked: string[] = []
  const ask = (wish: string, error?: Error) =>
    askOnce(keys, wish, async (key) => {
      asked.push(key)
      if (error) throw error
      return 'done'
    }).catch(() => 'not done')

  const answers = [await ask('cash', new NoAnswer('lost')), await ask('withdraw', new NoAnswer('lost')), await ask('cash'), await ask('cash', refused(503)), await ask('cash', refused(409)), await ask('cash')]

  expect(answers).toEqual(['not done', 'not done', 'done', 'not done', 'not done', 'done'])
  const [first, other, again, busy, no, last] = asked
  expect([again, no]).toEqual([first, busy])
  expect(new Set([first, other, busy, last]).size).toBe(4)
})
