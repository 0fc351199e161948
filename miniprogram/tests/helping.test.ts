import { beforeEach, expect, test, vi } from 'vitest'
import { draft, forgetDraft, keepDraft } from '../app/lib/drafts'
import { fakePhone, sessionOf, type FakePhone } from './fake-wx'

let phone: FakePhone

beforeEach(() => {
  vi.resetModules()
  phone = fakePhone()
  phone.storage.set('session', sessionOf('carer-1'))
  Object.assign((globalThis as unknown as { wx: object }).wx, {
    getLocation: ({ success }: { success(at: object): void }) => success({ latitude: 39, longitude: 117, accuracy: 12 }),
  })
})

const modules = async () => ({ ...(await import('../app/lib/helping')), ...(await import('../app/lib/outbox')) })
const AT = Date.parse('2026-11-18T01:00:00Z')
/** A call of nine o'clock; `alerts` are what became of the messages to the agencies. */
const call = (alerts: ('waiting' | 'sent' | 'failed')[], more: object = {}) => ({
  agency_ids: ['a', 'b'], received_at: '2026-11-18T01:00:00Z', state: 'open' as 'open' | 'acknowledged',
  alerts: alerts.map((state, place) => ({ agency_id: 'ab'.charAt(place), state })), ...more,
})

test('what is said of a call: only a message that went out, or somebody who took it, makes it told', async () => {
  const { askAgainIn, heardOf, helpTold, namesOf } = await modules()
  const cases = [
    [{ state: 'kept' }, undefined, { isWaiting: true }, 'sending'],
    [{ state: 'kept' }, undefined, { isOnline: false }, 'not_sent'],
    [{ state: 'kept' }, undefined, {}, 'no_server'],
    [{ state: 'stuck' }, undefined, { isWaiting: true }, 'not_sent'],
    [{ state: 'sent' }, undefined, {}, 'not_known'],
    [{ state: 'sent' }, call([], { agency_ids: [] }), {}, 'nobody'],
    [{ state: 'sent' }, call([]), {}, 'not_known'],
    [{ state: 'sent' }, call(['waiting']), { at: AT + 14_999 }, 'sending'],
    [{ state: 'sent' }, call(['waiting']), { at: AT + 15_000 }, 'not_known'],
    [{ state: 'sent' }, call(['failed']), {}, 'not_known'],
    [{ state: 'sent' }, call(['failed', 'waiting']), {}, 'sending'],
    [{ state: 'sent' }, call(['failed', 'sent']), {}, 'told'],
    [{ state: 'sent' }, call(['sent'], { state: 'acknowledged' }), {}, 'seen'],
    [{ state: 'sent' }, call([], { state: 'acknowledged' }), {}, 'seen'],
    [undefined, undefined, {}, 'not_sent'],
  ] as const
  for (const [kept, of, now, heard] of cases) expect(heardOf(kept, of, { at: AT, isWaiting: false, isOnline: true, ...now })).toBe(heard)
  for (const heard of ['sending', 'told', 'seen', 'not_known', 'nobody', 'no_server', 'not_sent'] as const) expect(helpTold(heard).actions).toEqual(['打给机构', '打 120', '打 110'])
  const known = [{ id: 'a', name: '康宁站' }, { id: 'b', name: '别家' }]
  expect(helpTold('told', namesOf(call(['sent', 'waiting']), known)).body).toBe('机构康宁站已收到，马上打给您。请先到安全的地方。')
  expect([helpTold('not_sent').title, helpTold('no_server').title]).toEqual(['没有网，请打电话', '后台没回答，请打电话'])
  expect([askAgainIn('sending', call(['waiting'])), askAgainIn('sending', undefined), askAgainIn('not_known', undefined), askAgainIn('seen', call([]))]).toEqual([2_000, undefined, 10_000, undefined])
})

test('a call without a network stays on the phone with its position, and is sent as the same one later', async () => {
  const { callForHelp, askHeard, isSameCall, lastCall, flush, find } = await modules()
  phone.isOnline = false
  const { id, saved } = await callForHelp('visit-1')

  expect(saved).toBe(true)
  expect(find(id)).toMatchObject({ kind: 'help_call', state: 'kept', visitId: null, record: { visit_id: 'visit-1', fix: { latitude: 39, accuracy_m: 12 } } })
  expect(lastCall(Date.now())?.id).toBe(id)
  expect(lastCall(Date.now() + 31 * 60_000)).toBeUndefined()
  expect(await askHeard(id)).toBeUndefined()
  expect(isSameCall(find(id))).toBe(true)

  await flush() // the one that found no network
  phone.isOnline = true
  phone.answer = ({ url, body }) =>
    url.endsWith('/sync')
      ? { status: 200, data: { answers: (body as { records: { record: { id: string } }[] }).records.map(({ record }) => ({ id: record.id, status: 201, code: null, message: null, details: {}, exceptions: [] })) } }
      : { status: 201, data: call(['sent']) }
  await flush()
  expect(await askHeard(id)).toMatchObject({ agency_ids: ['a', 'b'] })
  expect(isSameCall(find(id))).toBe(false)
  expect(phone.requests.filter(({ url }) => url.endsWith('/help-calls')).map(({ body }) => (body as { id: string }).id)).toEqual([id])
})

test('a call with the location denied goes without a position', async () => {
  const { callForHelp, find } = await modules()
  Object.assign((globalThis as unknown as { wx: object }).wx, { getLocation: ({ fail }: { fail(e: object): void }) => fail({ errMsg: 'getLocation:fail auth deny' }) })
  phone.isOnline = false
  expect(find((await callForHelp(null)).id)?.record).toMatchObject({ fix: null, visit_id: null })
})

test('a report of an incident: what is missing, its record, and the time of yesterday', async () => {
  const { incidentLacks, incidentRecord, instantOf } = await import('../app/lib/incidents')
  const draftOf = { id: 'i', kind: 'fall', clientId: 'k', visitId: null, time: '09:00', happened: ' 在卫生间滑倒 ', place: '', done: '' } as const
  expect(incidentLacks({ ...draftOf, clientId: '' })).toBe('client')
  expect(incidentLacks({ ...draftOf, kind: '' })).toBe('kind')
  expect(incidentLacks({ ...draftOf, happened: '  ' })).toBe('happened')
  expect(incidentLacks(draftOf)).toBeUndefined()
  expect(incidentRecord(draftOf, 'at')).toEqual({ id: 'i', kind: 'fall', client_id: 'k', visit_id: null, occurred_at: 'at', texts: { happened: '在卫生间滑倒', place: null, done: null } })
  const now = Date.parse('2026-11-18T02:00:00Z') // 10:00
  expect(instantOf('10:00', '2026-11-18', now)).toBe('2026-11-18T02:00:00.000Z')
  expect(instantOf('10:01', '2026-11-18', now)).toBe('2026-11-17T02:01:00.000Z')
})

test('what was typed outlives the page, belongs to its account, and a full phone breaks nothing', () => {
  keepDraft('appeal:v', { note: '我在' })
  expect(draft('appeal:v')).toEqual({ note: '我在' })
  phone.storage.set('session', sessionOf('carer-2'))
  expect(draft('appeal:v')).toBeUndefined()
  phone.room = 0
  keepDraft('appeal:v', { note: '满了' })
  forgetDraft('appeal:v')
})

test('leaving without a network forgets what was read of clients, and keeps what was recorded and typed', async () => {
  const { leave } = await import('../app/lib/account')
  const { add, find } = await import('../app/lib/outbox')
  const { current } = await import('../app/lib/session')
  phone.isOnline = false
  phone.storage.set('cache:carer-1:cards', { value: {}, at: 0 })
  phone.storage.set('cache:carer-2:cards', { value: {}, at: 0 })
  keepDraft('incident', { happened: '滑倒' })
  const { id } = add('help_call', { occurred_at: '2026-11-18T01:00:00Z', fix: null })
  const session = current()
  if (session) await leave(session)

  expect(current()).toBeUndefined()
  expect(phone.storage.has('cache:carer-1:cards')).toBe(false)
  expect(phone.storage.has('cache:carer-2:cards')).toBe(true)
  expect(find(id)?.state).toBe('kept')
  phone.storage.set('session', sessionOf('carer-1'))
  expect(draft('incident')).toEqual({ happened: '滑倒' })
})
