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
  expect([...phone.storage.keys()].filter((key) => !key.startsWith('clock') && key !== 'session:renewal')).toEqual(['outbox:1', 'device'])
})

test('a refusal keeps the stable code and the sentence; an answer of no known form is no answer', async () => {
  phone.storage.set('session', sessionOf('li'))
  const { api } = await modules()
  phone.answer = () => ({ status: 403, data: { code: 'permission_denied', message: '您的角色不能做这件事。', details: {} } })
  await expect(api.get('/api/v1/me')).rejects.toMatchObject({ kind: 'refused', code: 'permission_denied', message: '您的角色不能做这件事。' })
  phone.answer = () => ({ status: 502, data: '<html>' })
  await expect(api.get('/api/v1/me')).rejects.toMatchObject({ kind: 'no_answer' })
})
