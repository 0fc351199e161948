import { beforeEach, expect, test, vi } from 'vitest'
import type { DialogAnswer } from '../app/lib/platform'
import { answersOf, lineOf, toAsk, type Subscription } from '../app/lib/reminders'
import { fakePhone, sessionOf, type FakePhone } from './fake-wx'

const NOON = Date.parse('2026-11-20T12:00:00+08:00')
const DAY = 86_400_000
const one = (kind: Subscription['kind'], more: Partial<Subscription> = {}): Subscription => ({ kind, template_id: `t-${kind}`, left: 0, answer: null, answered_at: null, ...more })
const said = (answer: DialogAnswer, daysAgo: number) => ({ answer, answered_at: new Date(NOON - daysAgo * DAY).toISOString() })

test.each([
  ['never asked', one('work_refused'), undefined, true],
  ['asked today already', one('work_refused'), '2026-11-20', false],
  ['asked yesterday', one('work_refused'), '2026-11-19', true],
  ['one is left', one('work_refused', { left: 1, ...said('accept', 3) }), undefined, false],
  ['the last was used', one('work_refused', said('accept', 0)), undefined, true],
  ['refused just now', one('work_refused', said('reject', 0)), undefined, false],
  ['refused six days ago', one('work_refused', said('reject', 6.9)), undefined, false],
  ['refused a week ago', one('work_refused', said('reject', 7)), undefined, true],
  ['banned long ago', one('work_refused', said('ban', 99)), undefined, false],
  ['filtered', one('work_refused', said('filter', 0)), undefined, true],
] as const)('%s', (_, item, askedOn, isAsked) => {
  expect(toAsk([item], NOON, askedOn)).toEqual(isAsked ? ['t-work_refused'] : [])
})

test('three at most are asked about at once', () => {
  const kinds = ['clock_out_overdue', 'work_refused', 'payout_returned', 'confirmation_waiting'] as const
  expect(toAsk(kinds.map((kind) => one(kind)), NOON, undefined)).toEqual(kinds.slice(0, 3).map((kind) => `t-${kind}`))
})

test('each answer has an id of its own, and each kind its words', () => {
  let count = 0
  const answers = answersOf({ a: 'accept', b: 'reject' }, () => `id-${(count += 1)}`)
  expect(answers).toEqual([{ id: 'id-1', template_id: 'a', answer: 'accept' }, { id: 'id-2', template_id: 'b', answer: 'reject' }])
  fakePhone()
  expect(lineOf(one('work_refused', { left: 2, ...said('accept', 0) }))).toMatchObject({ title: '有一次没通过的时候', note: '微信还会发 2 次', tag: '开着', tone: 'good' })
  expect([null, 'reject', 'ban', 'accept'].map((answer) => lineOf(one('work_refused', { answer: answer as DialogAnswer | null })).note)).toEqual(['点下面的按钮打开', '上次您点了不要', '微信现在不让发这一种', '点下面的按钮打开'])
})

// --- on a phone: modules are made new for each, as an app that starts ---

let phone: FakePhone
let asked: string[][]
let dialog: Record<string, string> | { errCode: number }
const PATH = '/api/v1/me/subscriptions'
const listed = (isReachable: boolean, left = 0) => ({ is_reachable: isReachable, items: [one('work_refused', { left, ...(left ? said('accept', 0) : {}) })] })
const posts = () => phone.requests.filter(({ method, url }) => method === 'POST' && url === PATH).map(({ body }) => body as { answers: { answer: string }[]; code: string | null })

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, toFake: ['Date'] })
  vi.resetModules()
  phone = fakePhone()
  asked = []
  dialog = { 't-work_refused': 'acceptWithAudio' }
  phone.storage.set('session', sessionOf('a', NOON))
  phone.answer = ({ method }) => ({ status: 200, data: listed(method === 'POST', method === 'POST' ? 1 : 0) })
  Object.assign((globalThis as unknown as { wx: object }).wx, {
    requestSubscribeMessage({ tmplIds, success, fail }: { tmplIds: string[]; success(told: object): void; fail(told: object): void }) {
      asked.push(tmplIds)
      return 'errCode' in dialog ? fail(dialog) : success({ errMsg: 'ok', ...dialog })
    },
  })
})
const app = () => import('../app/lib/subscribing')

test('what was accepted at a tap is told with a code, once a day', async () => {
  const { askAtTap, learnReminders } = await app()
  askAtTap()
  expect(asked).toEqual([]) // nothing is known yet of what may be asked
  await learnReminders()
  askAtTap()
  expect(asked).toEqual([['t-work_refused']]) // in the tap itself, before anything is waited for
  await vi.waitFor(() => expect(posts()).toHaveLength(1))
  expect(posts()).toMatchObject([{ answers: [{ template_id: 't-work_refused', answer: 'accept' }], code: 'code-from-wechat' }])
  askAtTap()
  expect(asked).toHaveLength(1)
})

test('without a network the answer stays on the phone and goes with the next page, in a new app too', async () => {
  const first = await app()
  await first.learnReminders()
  phone.isOnline = false
  expect(await first.ask(['t-work_refused'])).toBe('kept')
  expect(posts()).toEqual([])
  phone.isOnline = true
  vi.resetModules()
  const second = await app()
  await second.learnReminders()
  await second.learnReminders()
  expect(posts()).toHaveLength(1)
})

test.each([
  ['a server that knows no address asks for a code', [409, 'wechat_code_needed'], 'accept', ['code-from-wechat', 'code-from-wechat']],
  ['a template that is not offered any more is let go', [422, 'template_unknown'], 'accept', ['code-from-wechat']],
  ['a refusal needs no code', [422, 'template_unknown'], 'reject', [null]],
] as const)('%s', async (_, [status, code], answer, codes) => {
  const { ask, learnReminders } = await app()
  phone.answer = ({ method }) => (method === 'POST' ? { status, data: { code, message: 'no', details: {} } } : { status: 200, data: listed(false) })
  dialog = { 't-work_refused': answer }
  expect(await ask(['t-work_refused'])).toBe(answer === 'accept' ? 'accepted' : 'refused')
  expect(posts().map((each) => each.code)).toEqual(codes)
  await learnReminders()
  expect(posts()).toHaveLength(codes.length)
})

test('a phone without any room still tells the answer, and a dialog that never came is none', async () => {
  const { ask } = await app()
  phone.isFrozen = true
  expect(await ask(['t-work_refused'])).toBe('accepted')
  expect(posts()).toHaveLength(1)
  dialog = { errCode: 20004 }
  expect(await ask(['t-work_refused'])).toBe('off')
  dialog = { errCode: 10002 }
  expect(await ask(['t-work_refused'])).toBe('nothing')
})
