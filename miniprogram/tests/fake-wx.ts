/** A phone for unit tests: storage that can be full, a network that can be away, and a server that answers as told. */

export interface FakePhone {
  storage: Map<string, unknown>
  /** Bytes-like room left, in records; Infinity when there is plenty. */
  room: number
  /** Takes nothing more, not even in place of what is there. */
  isFrozen: boolean
  /** Files kept by their path. */
  files: Map<string, ArrayBuffer>
  isOnline: boolean
  isDead: boolean
  /** Die at the n-th write, before it is done: what is stored stays as it was, and nobody is answered any more. */
  dieAt: (n: number, onDeath: () => void) => void
  requests: { url: string; method: string; header: Record<string, string>; body: unknown }[]
  answer: (request: FakePhone['requests'][number]) => { status: number; data: unknown; headers?: Record<string, string> } | 'lost'
}

export function fakePhone(): FakePhone {
  const phone: Mortal = {
    storage: new Map(),
    room: Infinity,
    isFrozen: false,
    files: new Map(),
    isOnline: true,
    isDead: false,
    writesLeft: Infinity,
    onDeath: () => undefined,
    dieAt: (n, onDeath) => Object.assign(phone, { writesLeft: n, onDeath }),
    requests: [],
    answer: () => ({ status: 200, data: {} }),
  }
  Object.assign(globalThis, { wx: wxOf(phone) })
  return phone
}

interface Mortal extends FakePhone {
  writesLeft: number
  onDeath: () => void
}

/** The same phone switched on again: what it had stored is there. */
export function reborn(dead: FakePhone): FakePhone {
  const { storage, files, answer } = dead
  return Object.assign(fakePhone(), { storage, files, answer })
}

interface Call {
  url: string
  method: string
  header: Record<string, string>
  data?: string | ArrayBuffer
  success: (answer: object) => void
  fail: (error: object) => void
}

function wxOf(phone: Mortal): object {
  // A dead phone's app goes on in its own memory until it waits for somebody: none of that is stored.
  let storage = () => phone.storage
  const write = () => {
    phone.writesLeft -= 1
    if (phone.writesLeft > 0 || phone.isDead) return
    const memory = new Map(phone.storage)
    storage = () => memory
    phone.isDead = true
    phone.onDeath()
  }
  return {
    getStorageSync: (key: string) => structuredClone(storage().get(key) ?? ''),
    setStorageSync(key: string, value: unknown) {
      write()
      if (phone.isFrozen || (!phone.storage.has(key) && phone.storage.size >= phone.room)) throw new Error('exceed storage max size 10Mb')
      storage().set(key, structuredClone(value))
    },
    removeStorageSync(key: string) {
      write()
      storage().delete(key)
    },
    getStorageInfoSync: () => ({
      keys: [...storage().keys()],
      currentSize: phone.room === Infinity ? 1 : Math.round((phone.storage.size / phone.room) * 100),
      limitSize: 100,
    }),
    getDeviceInfo: () => ({ platform: 'android' }),
    getNetworkType: ({ success }: { success: (told: { networkType: string }) => void }) => success({ networkType: phone.isOnline ? 'wifi' : 'none' }),
    getAppBaseInfo: () => ({ fontSizeSetting: 16, SDKVersion: '3.8.12' }),
    getSystemSetting: () => ({ locationEnabled: true }),
    getAppAuthorizeSetting: () => ({ locationAuthorized: 'authorized', locationReducedAccuracy: false }),
    getFileSystemManager: () => ({
      saveFile({ tempFilePath, success, fail }: { tempFilePath: string; success(told: object): void; fail(error: object): void }) {
        const data = phone.files.get(tempFilePath)
        if (!data) return fail({ errMsg: 'saveFile:fail tempFilePath file not exist' })
        const savedFilePath = `wxfile://${tempFilePath}`
        phone.files.set(savedFilePath, data)
        phone.files.delete(tempFilePath) // moved, as WeChat does
        success({ savedFilePath })
      },
      readFile({ filePath, success, fail }: { filePath: string } & Pick<Call, 'success' | 'fail'>) {
        const data = phone.files.get(filePath)
        if (data) success({ data })
        else fail({ errMsg: 'readFile:fail no such file or directory' })
      },
      removeSavedFile({ filePath }: { filePath: string }) {
        write()
        if (!phone.isDead) phone.files.delete(filePath)
      },
    }),
    login: ({ success }: { success: (told: { code: string }) => void }) => success({ code: 'code-from-wechat' }),
    request({ url, method, header, data, success, fail }: Call) {
      if (phone.isDead) return
      if (!phone.isOnline) return fail({ errMsg: 'request:fail' })
      const body = typeof data === 'string' ? JSON.parse(data) : data
      const request = { url: url.replace('https://anhu.example', ''), method, header, body }
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
