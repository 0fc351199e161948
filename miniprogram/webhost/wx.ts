/** `wx` in a browser, typed as WeChat's own. What is not here throws by its name: nothing is silently left out. */

import { SERVER } from '../app/lib/config'
import { shiftOf } from './clock'
import { box, sheet, toast } from './dialogs'
import { Files } from './files'
import { modalFault, sheetFault } from './limits'

type Wx = WechatMiniprogram.Wx
type Loose = { success?: (answer: never) => void; fail?: (error: never) => void; complete?: (answer: never) => void }
interface Router {
  push(url: string): void
  replace(url: string): void
  restart(url: string): void
  back(steps: number): void
  title(text: string): void
}
/** Who may log in here, and where his phone lies if the host is told. */
export interface Person {
  name: string
  openid: string
  note: string
  place?: { latitude: number; longitude: number; accuracy: number }
}

const QUOTA_KB = 5 * 1024
export const files = new Files(localStorage)
let router: Router | undefined

export function useRouter(given: Router): void {
  router = given
}

function good(options: Loose, answer: object = {}): void {
  const told = { errMsg: 'ok', ...answer } as never
  options.success?.(told)
  options.complete?.(told)
}

function bad(options: Loose, errMsg: string): void {
  options.fail?.({ errMsg } as never)
  options.complete?.({ errMsg } as never)
}

/** What WeChat refuses whoever holds the phone is a mistake of ours: a walk fails by it. */
function refused(options: Loose, errMsg: string): void {
  console.error(errMsg)
  bad(options, errMsg)
}

/** Answer later, as WeChat does. */
function later<A extends object>(options: Loose, work: Promise<A | void>): void {
  work.then((answer) => good(options, answer ?? {}), (error: Error) => bad(options, error.message))
}

const storage = {
  getStorageSync: (key: string) => {
    const text = localStorage.getItem(key)
    return text === null ? '' : JSON.parse(text)
  },
  setStorageSync: (key: string, value: unknown) => localStorage.setItem(key, JSON.stringify(value)),
  removeStorageSync: (key: string) => localStorage.removeItem(key),
  getStorageInfoSync: () => {
    const keys = Object.keys(localStorage)
    const letters = keys.reduce((sum, key) => sum + key.length + (localStorage.getItem(key)?.length ?? 0), 0)
    return { keys, currentSize: Math.ceil((letters * 2) / 1024), limitSize: QUOTA_KB * 2 }
  },
} as Partial<Wx>

const device = {
  getDeviceInfo: () => ({ platform: 'webhost', brand: '', model: '', system: navigator.userAgent }),
  getAppBaseInfo: () => ({ SDKVersion: '3.8.12', language: 'zh_CN', fontSizeSetting: 16 }),
  getWindowInfo: () => ({ windowWidth: innerWidth, windowHeight: innerHeight, pixelRatio: devicePixelRatio }),
  getUserCryptoManager: () => ({
    getRandomValues: (options: WechatMiniprogram.GetRandomValuesOption) =>
      good(options, { randomValues: crypto.getRandomValues(new Uint8Array(options.length)).buffer }),
  }),
} as unknown as Partial<Wx>

const people = () => (globalThis as unknown as { __people: Person[] }).__people

async function login(): Promise<{ code: string }> {
  const remembered = localStorage.getItem('host:person')
  let openid = remembered
  if (!openid) {
    const place = await sheet('演示：以谁的身份登录？', people().map(({ name, note }) => `${name} · ${note}`))
    if (place === undefined) throw new Error('login:fail cancel')
    openid = people()[place]?.openid ?? ''
  }
  const answer = await fetch('/__host/login', { method: 'POST', body: JSON.stringify({ openid }) })
  if (!answer.ok) throw new Error('login:fail')
  localStorage.setItem('host:person', openid)
  return (await answer.json()) as { code: string }
}

async function send(options: WechatMiniprogram.RequestOption): Promise<object> {
  if (options.url.endsWith('/auth/logout')) localStorage.removeItem('host:person') // the next to log in may be another
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), options.timeout ?? 60_000)
  try {
    const answer = await fetch(options.url.replace(SERVER, ''), {
      method: options.method ?? 'GET',
      headers: { ...(options.header as Record<string, string>), 'Host-Shift-Ms': String(shiftOf()) },
      body: (options.data as string | ArrayBuffer | undefined) ?? null,
      signal: stop.signal,
      cache: 'no-store',
    })
    const text = await answer.text()
    let data: unknown = text
    try {
      data = JSON.parse(text)
    } catch {
      // As WeChat: what is not JSON stays text.
    }
    return { statusCode: answer.status, data, header: Object.fromEntries(answer.headers) }
  } catch (error) {
    throw new Error(stop.signal.aborted ? 'request:fail timeout' : `request:fail ${String(error)}`)
  } finally {
    clearTimeout(timer)
  }
}

const network = {
  request: (options: WechatMiniprogram.RequestOption) => later(options as Loose, send(options)),
  login: (options: Loose = {}) => later(options, login()),
  getNetworkType: (options: Loose = {}) => later(options, Promise.resolve({ networkType: navigator.onLine ? 'wifi' : 'none' })),
  onNetworkStatusChange: (listener: (told: { isConnected: boolean; networkType: string }) => void) => {
    for (const name of ['online', 'offline']) {
      addEventListener(name, () => listener({ isConnected: navigator.onLine, networkType: navigator.onLine ? 'wifi' : 'none' }))
    }
  },
  onAppShow: (listener: () => void) =>
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && listener()),
} as unknown as Partial<Wx>

/** What the browser gives is declared GCJ-02, as the app asks for it; the demo's people stand at a door of its own. */
function place(): Promise<object> {
  const told = people().find(({ openid }) => openid === localStorage.getItem('host:person'))?.place
  if (told) return Promise.resolve(told)
  return new Promise((resolve, reject) =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude, accuracy: coords.accuracy }),
      (error) => reject(new Error(['', 'getLocation:fail auth deny', 'getLocation:fail system off', 'getLocation:fail timeout'][error.code])),
      { enableHighAccuracy: true, timeout: 8000 },
    ),
  )
}

const position = {
  getLocation: (options: Loose) => later(options, place()),
  openSetting: (options: Loose) =>
    later(options, place().then(() => ({ authSetting: { 'scope.userLocation': true } }), () => ({ authSetting: {} }))),
  getSystemSetting: () => ({ locationEnabled: true, wifiEnabled: true, bluetoothEnabled: false, deviceOrientation: 'portrait' }),
  getAppAuthorizeSetting: () => ({ locationAuthorized: 'authorized', locationReducedAccuracy: false }),
  openAppAuthorizeSetting: (options: Loose = {}) => later(options, box('演示：手机里微信的设置', '', ['好']).then(() => undefined)),
  openLocation: (options: Loose & { name?: string; address?: string }) =>
    later(options, box(options.name ?? '', options.address ?? '', ['好']).then(() => undefined)),
} as unknown as Partial<Wx>

function pick(most: number): Promise<File[]> {
  return new Promise((resolve, reject) => {
    const input = Object.assign(document.createElement('input'), { type: 'file', accept: 'image/*', multiple: most > 1 })
    input.addEventListener('change', () => resolve([...(input.files ?? [])].slice(0, most)))
    input.addEventListener('cancel', () => reject(new Error('chooseMedia:fail cancel')))
    input.click()
  })
}

async function chosen(most: number): Promise<object> {
  const tempFiles = (await pick(most)).map((file) => ({ tempFilePath: files.add(file), size: file.size, fileType: 'image' }))
  return { tempFiles }
}

const camera = {
  scanCode: (options: Loose) =>
    later(options, box('扫码', '演示：输入码上的内容', ['好', '取消'], { hasField: true }).then(({ place: at, text }) => {
      if (at !== 0 || !text) throw new Error('scanCode:fail cancel')
      return { result: text }
    })),
  chooseMedia: (options: Loose & { count?: number }) => later(options, chosen(options.count ?? 9)),
  getFileSystemManager: () => ({
    saveFile: (options: Loose & { tempFilePath: string }) => later(options, files.keep(options.tempFilePath)),
    readFile: (options: Loose & { filePath: string }) => later(options, files.read(options.filePath)),
    removeSavedFile: ({ filePath }: { filePath: string }) => files.forget(filePath),
  }),
} as unknown as Partial<Wx>

const pages = {
  navigateTo: ({ url }: { url: string }) => router?.push(url),
  redirectTo: ({ url }: { url: string }) => router?.replace(url),
  reLaunch: ({ url }: { url: string }) => router?.restart(url),
  navigateBack: ({ delta = 1 }: { delta?: number } = {}) => router?.back(delta),
  hideHomeButton: () => undefined,
  setNavigationBarTitle: ({ title }: { title: string }) => router?.title(title),
} as unknown as Partial<Wx>

const questions = {
  showToast: ({ title }: { title: string }) => toast(title),
  showModal: (options: Loose & { title?: string; content?: string; confirmText?: string; cancelText?: string; showCancel?: boolean; editable?: boolean; placeholderText?: string }) => {
    const buttons = [options.confirmText ?? '确定', ...(options.showCancel === false ? [] : [options.cancelText ?? '取消'])]
    const fault = modalFault(options)
    if (fault) return refused(options, fault)
    const hasField = options.editable === true
    const asked = hasField ? options.placeholderText : options.content
    later(options, box(options.title ?? '', asked ?? '', buttons, { hasField }).then(({ place: at, text }) => ({ confirm: at === 0, cancel: at !== 0, content: text })))
  },
  showActionSheet: (options: Loose & { itemList: string[]; alertText?: string }) => {
    const fault = sheetFault(options)
    if (fault) return refused(options, fault)
    later(options, sheet(options.alertText ?? '', options.itemList).then((tapIndex) => {
      if (tapIndex === undefined) throw new Error('showActionSheet:fail cancel')
      return { tapIndex }
    }))
  },
  makePhoneCall: ({ phoneNumber }: { phoneNumber: string }) => toast(`📞 ${phoneNumber}`),
  vibrateShort: () => undefined,
  setClipboardData: (options: Loose & { data: string }) => {
    toast('内容已复制')
    later(options, Promise.resolve())
  },
  requestSubscribeMessage: (options: Loose & { tmplIds: string[] }) => later(options, subscribed(options.tmplIds)),
} as unknown as Partial<Wx>

/** One word for all, as WeChat's dialog with nothing unticked; at `host:subscribe` lies one that is given without asking, `none` where no dialog comes. */
async function subscribed(templates: string[]): Promise<Record<string, string>> {
  const kept = localStorage.getItem('host:subscribe')
  if (kept === 'none') throw new Error('requestSubscribeMessage:fail')
  const asked = kept ?? ((await box('发送一次以下消息', `${templates.length} 种消息，允许以后各发一次`, ['允许', '拒绝'])).place === 0 ? 'accept' : 'reject')
  if (asked === 'accept') {
    const openid = localStorage.getItem('host:person')
    const order = (template_id: string) => fetch('/__host/subscribe', { method: 'POST', body: JSON.stringify({ openid, template_id }) })
    await Promise.all(templates.map(order))
  }
  return Object.fromEntries(templates.map((id) => [id, asked]))
}

/** The browser speaks itself: what WeChat's plug-in would answer as a sound file is the text, spoken when it is played. */
const sound = {
  createInnerAudioContext: () => ({
    src: '',
    play() {
      speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(this.src.slice('speech:'.length)), { lang: 'zh-CN' }))
    },
    stop: () => speechSynthesis.cancel(),
  }),
} as unknown as Partial<Wx>

const plugin = {
  textToSpeech: ({ content, success }: { content: string; success(told: { filename: string }): void }) => success({ filename: `speech:${content}` }),
}
Object.assign(globalThis, { requirePlugin: () => plugin })

const known: Partial<Wx> = { ...storage, ...device, ...network, ...position, ...camera, ...pages, ...questions, ...sound }

export const wx = new Proxy(known, {
  get(of, name) {
    if (name in of) return of[name as keyof Wx]
    throw new Error(`wx.${String(name)} is not in the web host: add it to webhost/wx.ts`)
  },
})
