import { beforeEach, expect, test, vi } from 'vitest'
import { fakePhone, sessionOf, type FakePhone } from './fake-wx'

let phone: FakePhone
const old = () => sessionOf('li', Date.now() - 3_600_000)
const refreshes = () => phone.requests.filter(({ url }) => url === '/api/v1/auth/refresh')

beforeEach(() => {
  phone = fakePhone()
  vi.resetModules()
})

async function modules() {
  const session = await import('../app/lib/session')
  return { session, api: await import('../app/lib/api') }
}

test('an old token is renewed once for all who ask', async () => {
  phone.storage.set('session', old())
  phone.answer = ({ url }) => ({ status: 200, data: url.endsWith('/refresh') ? sessionOf('li') : {} })
  const { api } = await modules()

  await Promise.all([api.get('/api/v1/me'), api.get('/api/v1/me')])

  expect(refreshes()).toHaveLength(1)
  expect(phone.requests.at(-1)?.header['Authorization']).toBe('Bearer access-li')
})

test('a renewal whose answer was lost is asked for again under the same id, also after a restart', async () => {
  phone.storage.set('session', old())
  phone.answer = () => 'lost'
  await expect((await modules()).api.get('/api/v1/me')).rejects.toMatchObject({ kind: 'no_answer' })
  vi.resetModules()
  phone.answer = ({ url }) => ({ status: 200, data: url.endsWith('/refresh') ? sessionOf('li') : {} })

  await (await modules()).api.get('/api/v1/me')

  const [first, second] = refreshes().map(({ body }) => (body as { request_id: string }).request_id)
  expect(first).toBe(second)
})

test('a change of role behind a lost renewal, which the server only repeats, is asked for again and ends in that role', async () => {
  phone.storage.set('session', old())
  phone.answer = () => 'lost'
  const { session, api } = await modules()
  await expect(api.get('/api/v1/me')).rejects.toMatchObject({ kind: 'no_answer' })
  const first = (refreshes()[0]?.body as { request_id: string }).request_id
  phone.answer = ({ body }) => {
    const { request_id, grant_id } = body as { request_id: string; grant_id: string }
    const isRepeat = request_id === first
    return { status: 200, data: { ...sessionOf('li'), refresh_token: request_id, grant: isRepeat ? { id: 'grant-1', role: 'carer' } : { id: grant_id, role: 'guardian' } } }
  }

  expect((await session.actAs('grant-2')).grant).toEqual({ id: 'grant-2', role: 'guardian' })
  expect(refreshes()).toHaveLength(3)
})

test('when WeChat does not know the person any more the session ends, and records stay', async () => {
  phone.storage.set('session', old())
  phone.storage.set('outbox:1', { id: '1' })
  phone.answer = ({ url }) =>
    url.endsWith('/refresh')
      ? { status: 401, data: { code: 'refresh_token_expired', message: '', details: {} } }
      : { status: 409, data: { code: 'not_bound', message: '', details: {} } }
  const { session, api } = await modules()
  const lost = vi.fn()
  session.onSessionLost(lost)

  await api.get('/api/v1/me').catch(() => undefined)

  expect(lost).toHaveBeenCalled()
  expect([...phone.storage.keys()].filter((key) => !key.startsWith('clock') && key !== 'session:renewal')).toEqual(['outbox:1', 'device', 'session:holder'])
})

test('a refusal keeps the stable code and the sentence; an answer of no known form is no answer', async () => {
  phone.storage.set('session', sessionOf('li'))
  const { api } = await modules()
  phone.answer = () => ({ status: 403, data: { code: 'permission_denied', message: '您的角色不能做这件事。', details: {} } })
  await expect(api.get('/api/v1/me')).rejects.toMatchObject({ kind: 'refused', code: 'permission_denied', message: '您的角色不能做这件事。' })
  phone.answer = () => ({ status: 502, data: '<html>' })
  await expect(api.get('/api/v1/me')).rejects.toMatchObject({ kind: 'no_answer' })
})

test('a busy server ends nobody’s day: the session stays, and the next try renews it', async () => {
  phone.storage.set('session', old())
  const busy = { status: 503, data: { code: 'busy', message: '', details: {} } }
  phone.answer = ({ url }) => (url.endsWith('/refresh') ? { status: 401, data: { code: 'refresh_token_expired', message: '', details: {} } } : busy)
  const { session, api } = await modules()
  const lost = vi.fn()
  session.onSessionLost(lost)

  await expect(api.get('/api/v1/me')).rejects.toMatchObject({ status: 503 })
  expect(lost).not.toHaveBeenCalled()
  expect(session.current()).toBeDefined()
  phone.answer = ({ url }) => ({ status: 200, data: url.includes('/auth/') ? sessionOf('li') : {} })
  await api.get('/api/v1/me')

  expect(phone.requests.at(-1)?.header['Authorization']).toBe('Bearer access-li')
})

test('a phone without any room renews its tokens all the same, for as long as it is open', async () => {
  phone.storage.set('session', old())
  phone.isFrozen = true
  phone.answer = ({ url }) => ({ status: 200, data: url.endsWith('/refresh') ? { ...sessionOf('li'), access_token: 'new' } : {} })
  const { api } = await modules()

  await api.get('/api/v1/me')
  await api.get('/api/v1/me')

  expect(refreshes()).toHaveLength(1)
  expect(phone.requests.at(-1)?.header['Authorization']).toBe('Bearer new')
})

test('a page of a network’s own instead of an answer is no answer, and is not kept as one', async () => {
  phone.storage.set('session', sessionOf('li'))
  phone.answer = () => ({ status: 200, data: '<html>Please log in to this network</html>' })
  const { api } = await modules()
  const cache = await import('../app/lib/cache')

  await expect(cache.seen('x', () => api.get('/api/v1/me'))).rejects.toMatchObject({ kind: 'no_answer' })
  expect(cache.lastSeen('x')).toBeUndefined()
})

test('an answer that comes after somebody left is kept for nobody', async () => {
  phone.storage.set('session', sessionOf('li'))
  const { session } = await modules()
  const [cache, { leave }] = [await import('../app/lib/cache'), await import('../app/lib/account')]
  let answer: (value: string) => void = () => undefined
  const caches = () => [...phone.storage.keys()].filter((key) => key.startsWith('cache:'))
  await cache.seen('visits', async () => 'old')
  expect(caches()).toHaveLength(1)

  const shown = cache.seen('around', () => new Promise<string>((resolve) => (answer = resolve)))
  await leave(session.current()!)
  phone.storage.set('session', sessionOf('wang'))
  answer('of li')

  expect(await shown).toMatchObject({ value: 'of li' })
  expect(caches()).toEqual([])
})

test('what a guardian calls somebody stands in place of the masked name on this phone, until he leaves it', async () => {
  phone.storage.set('session', sessionOf('li'))
  phone.answer = () => ({ status: 200, data: { items: [{ id: 'p', person: { name: '王***英' } }], next_after: null } })
  const { session } = await modules()
  const [{ callClient, cared }, { leave }] = [await import('../app/lib/cared'), await import('../app/lib/account')]
  const named = async () => (await cared()).value.chosen?.person.name

  expect(await named()).toBe('王***英')
  callClient('p', '  一二三四五六七八九十多 ')
  expect(await named()).toBe('一二三四五六七八九十')
  callClient('p', '妈妈')
  expect(await named()).toBe('妈妈')
  callClient('p', ' ')
  expect(await named()).toBe('王***英')

  callClient('p', '妈妈')
  await leave(session.current()!)
  phone.storage.set('session', sessionOf('li'))
  expect(await named()).toBe('王***英')
})

test('a carer of two agencies reads in one role nothing that was seen in the other', async () => {
  phone.storage.set('session', sessionOf('li'))
  const cache = await import('../app/lib/cache')
  await cache.seen('visits', async () => 'of agency A')
  phone.storage.set('session', { ...sessionOf('li'), grant: { id: 'grant-2', role: 'carer' } })

  expect(cache.lastSeen('visits')).toBeUndefined()
  phone.storage.set('session', sessionOf('li'))
  expect(cache.lastSeen('visits')?.value).toBe('of agency A')
})

test('a server that hangs keeps nobody waiting: what was seen last is shown, and its answer is there the next time', async () => {
  vi.useFakeTimers()
  phone.storage.set('session', sessionOf('li'))
  const cache = await import('../app/lib/cache')
  await cache.seen('x', async () => 'old')
  let answer: (value: string) => void = () => undefined

  const shown = cache.seen('x', () => new Promise<string>((resolve) => (answer = resolve)))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await shown).toMatchObject({ value: 'old', isFresh: false })
  answer('new')
  await vi.advanceTimersByTimeAsync(0)

  expect(cache.lastSeen('x')?.value).toBe('new')
  vi.useRealTimers()
})
