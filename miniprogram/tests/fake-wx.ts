/** A phone for unit tests: storage that can be full, a network that can be away, and a server that answers as told. */

export interface FakePhone {
  storage: Map<string, unknown>
  /** Bytes-like room left, in records; Infinity when there is plenty. */
  room: number
  /** Takes nothing more, not even in place of what is there. */
  isFrozen: boolean
  isOnline: boolean
  requests: { url: string; method: string; header: Record<string, string>; body: unknown }[]
  answer: (request: FakePhone['requests'][number]) => { status: number; data: unknown; headers?: Record<string, string> } | 'lost'
}

export function fakePhone(): FakePhone {
  const phone: FakePhone = {
    storage: new Map(),
    room: Infinity,
    isFrozen: false,
    isOnline: true,
    requests: [],
    answer: () => ({ status: 200, data: {} }),
  }
  Object.assign(globalThis, { wx: wxOf(phone) })
  return phone
}

interface Call {
  url: string
  method: string
  header: Record<string, string>
  data?: string
  success: (answer: object) => void
  fail: (error: object) => void
}

function wxOf(phone: FakePhone): object {
  return {
    getStorageSync: (key: string) => structuredClone(phone.storage.get(key) ?? ''),
    setStorageSync(key: string, value: unknown) {
      if (phone.isFrozen || (!phone.storage.has(key) && phone.storage.size >= phone.room)) throw new Error('exceed storage max size 10Mb')
      phone.storage.set(key, structuredClone(value))
    },
    removeStorageSync: (key: string) => phone.storage.delete(key),
    getStorageInfoSync: () => ({
      keys: [...phone.storage.keys()],
      currentSize: phone.room === Infinity ? 1 : Math.round((phone.storage.size / phone.room) * 100),
      limitSize: 100,
    }),
    getDeviceInfo: () => ({ platform: 'android' }),
    getAppBaseInfo: () => ({ fontSizeSetting: 16, SDKVersion: '3.8.12' }),
    login: ({ success }: { success: (told: { code: string }) => void }) => success({ code: 'code-from-wechat' }),
    request({ url, method, header, data, success, fail }: Call) {
      if (!phone.isOnline) return fail({ errMsg: 'request:fail' })
      const request = { url: url.replace('https://anhu.example', ''), method, header, body: data ? JSON.parse(data) : undefined }
      phone.requests.push(request)
      const answer = phone.answer(request)
      if (answer === 'lost') return fail({ errMsg: 'request:fail timeout' })
      return success({ statusCode: answer.status, data: answer.data, header: answer.headers ?? {} })
    },
  }
}

/** A session of this account whose access token is good for a quarter of an hour. */
export function sessionOf(account: string, at = Date.now()): object {
  return {
    account_id: account,
    access_token: `access-${account}`,
    access_expires_at: new Date(at + 900_000).toISOString(),
    refresh_token: `refresh-${account}`,
    refresh_expires_at: new Date(at + 86_400_000).toISOString(),
    region: 'tianjin',
    person_id: null,
    grant: { id: 'grant-1', role: 'carer' },
    grants: [{ id: 'grant-1', role: 'carer' }],
  }
}
