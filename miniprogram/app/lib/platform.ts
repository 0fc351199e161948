/** Everything the phone and WeChat do for us. The only file that names `wx`. */

/** A position as the phone gave it, GCJ-02. */
export interface PhoneFix {
  latitude: number
  longitude: number
  accuracy_m: number | null
  fixed_at: string
  system: 'gcj02'
  source: 'wechat' | 'simulated'
}

/** Why there is no position: each asks something else of the carer. */
export type NoFix = 'denied' | 'off' | 'timeout'

export interface Answer {
  status: number
  data: unknown
  headers: Record<string, string>
}

export interface Request {
  url: string
  method: 'GET' | 'POST' | 'PUT'
  headers: Record<string, string>
  body?: string | ArrayBuffer
  timeoutMs: number
}

/** The request had no answer: no network, or too slow. */
export class NoAnswer extends Error {
  readonly kind = 'no_answer'
}

/** There is no room for what should be kept. */
export class StorageFull extends Error {
  readonly kind = 'storage_full'
}

export type PhotoSource = 'camera' | 'album'

// --- who and what ---

export function login(): Promise<string> {
  return new Promise((resolve, reject) =>
    wx.login({ timeout: 10_000, success: ({ code }) => resolve(code), fail: ({ errMsg }) => reject(new NoAnswer(errMsg)) }),
  )
}

/** android, ios, devtools or webhost: told at the login, since a tool is no phone. */
export function platformName(): string {
  return wx.getDeviceInfo().platform
}

/** True where positions and logins are made up: the web host, the developer tools. */
export function isSimulated(): boolean {
  return !['android', 'ios', 'ohos'].includes(platformName())
}

/** Random bytes for a key that is used once; where WeChat is too old to give its own, the engine's. */
export function randomBytes(length: number): Promise<Uint8Array> {
  const engines = () => Uint8Array.from({ length }, () => Math.floor(Math.random() * 256))
  if (typeof wx.getUserCryptoManager !== 'function') return Promise.resolve(engines())
  return new Promise((resolve) =>
    wx.getUserCryptoManager().getRandomValues({ length, success: ({ randomValues }) => resolve(new Uint8Array(randomValues)), fail: () => resolve(engines()) }),
  )
}

/** The text size WeChat is set to; 16 is the usual one. */
export function fontSizeSetting(): number {
  return wx.getAppBaseInfo().fontSizeSetting ?? 16
}

export function sdkVersion(): string {
  return wx.getAppBaseInfo().SDKVersion
}

// --- storage: one key per record, since a key holds 1 MB and all together 10 MB ---

export function read<T>(key: string): T | undefined {
  const value = wx.getStorageSync(key) as T | '' | undefined
  return value === '' ? undefined : value
}

/** Ways to make room, given by who keeps what can be had again. The last resort is what work without a network needs. */
const rooms: (() => void)[] = []
let lastResort: () => void = () => undefined
export function onFull(makeRoom: () => void): void {
  rooms.push(makeRoom)
}
export function onFullAtLast(makeRoom: () => void): void {
  lastResort = makeRoom
}

/** Keep what must not be lost: when there is no room, some is made. */
export function keep(key: string, value: unknown): void {
  for (const makeRoom of [() => undefined, ...rooms, lastResort]) {
    makeRoom()
    if (keepIfRoom(key, value)) return
  }
  throw new StorageFull(key)
}

/** Keep what can be had again; false when there is no room. */
export function keepIfRoom(key: string, value: unknown): boolean {
  try {
    wx.setStorageSync(key, value)
    return true
  } catch {
    return false
  }
}

export function forget(key: string): void {
  wx.removeStorageSync(key)
}

export function keysFrom(prefix: string): string[] {
  return wx.getStorageInfoSync().keys.filter((key) => key.startsWith(prefix))
}

/** How full the storage is, 0 to 1. */
export function storageUsed(): number {
  const { currentSize, limitSize } = wx.getStorageInfoSync()
  return limitSize ? currentSize / limitSize : 0
}

// --- network ---

export function request(wanted: Request): Promise<Answer> {
  return new Promise((resolve, reject) =>
    wx.request({
      url: wanted.url,
      method: wanted.method,
      header: wanted.headers,
      ...(wanted.body === undefined ? {} : { data: wanted.body }),
      timeout: wanted.timeoutMs,
      success: ({ statusCode, data, header }) => resolve({ status: statusCode, data, headers: lowered(header) }),
      fail: ({ errMsg }) => reject(new NoAnswer(errMsg)),
    }),
  )
}

function lowered(header: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]))
}

export function isOnline(): Promise<boolean> {
  return new Promise((resolve) =>
    wx.getNetworkType({ success: ({ networkType }) => resolve(networkType !== 'none'), fail: () => resolve(true) }),
  )
}

export function onNetwork(listener: (isConnected: boolean) => void): void {
  wx.onNetworkStatusChange(({ isConnected }) => listener(isConnected))
}

/** The app came to the front. */
export function onShown(listener: () => void): void {
  wx.onAppShow(() => listener())
}

// --- position ---

/** A fresh, exact position, or why there is none. Two calls within 30 seconds give the same one. */
export function locate(timeoutMs = 10_000): Promise<PhoneFix | NoFix> {
  const asked = new Promise<PhoneFix | NoFix>((resolve) =>
    wx.getLocation({
      type: 'gcj02',
      isHighAccuracy: true,
      highAccuracyExpireTime: 5000,
      success: ({ latitude, longitude, accuracy }) =>
        resolve({ latitude, longitude, ...about(accuracy), system: 'gcj02', source: source() }),
      fail: ({ errMsg }) => resolve(whyNone(errMsg)),
    }),
  )
  return Promise.race([asked, new Promise<NoFix>((resolve) => setTimeout(() => resolve('timeout'), timeoutMs))])
}

function about(accuracy: number | undefined): { accuracy_m: number | null; fixed_at: string } {
  return {
    accuracy_m: accuracy === undefined ? null : Math.round(accuracy * 10) / 10,
    fixed_at: new Date(Date.now()).toISOString(), // eslint-disable-line no-restricted-syntax -- lib/clock imports this file
  }
}

function source(): PhoneFix['source'] {
  return isSimulated() ? 'simulated' : 'wechat'
}

function whyNone(message: string): NoFix {
  if (/auth|permission|deny|denied|privacy/i.test(message)) return 'denied'
  return /timeout/i.test(message) ? 'timeout' : 'off'
}

/** What stands between this app and a position, besides its own permission. `isRough`: WeChat gets only the rough area (iOS). */
export interface Switches {
  isPhoneOff: boolean
  isWeChatDenied: boolean
  isRough: boolean
}

export function switches(): Switches {
  const { locationAuthorized, locationReducedAccuracy } = wx.getAppAuthorizeSetting()
  const isPhoneOff = wx.getSystemSetting().locationEnabled === false
  return { isPhoneOff, isWeChatDenied: locationAuthorized === 'denied', isRough: locationReducedAccuracy === true }
}

/** WeChat's page of this app's own permissions; true when positions are allowed afterwards. Only at once after a tap. */
export function openOwnPermissions(): Promise<boolean> {
  return new Promise((resolve) =>
    wx.openSetting({ success: ({ authSetting }) => resolve(authSetting['scope.userLocation'] === true), fail: () => resolve(false) }),
  )
}

/** The phone's page of what WeChat itself may do. It does not say what was changed there. */
export function openWeChatPermissions(): Promise<void> {
  return done((then) => wx.openAppAuthorizeSetting(then))
}

/** Shows the way there in the phone's map. */
export function openMap(place: { latitude: number; longitude: number; name: string; address: string }): Promise<void> {
  return done((then) => wx.openLocation({ ...place, scale: 17, ...then }))
}

// --- camera ---

/** What a code says, read by the camera and never from the album; undefined when the carer turned back. */
export function scanCode(): Promise<string | undefined> {
  return new Promise((resolve) =>
    wx.scanCode({ onlyFromCamera: true, success: ({ result }) => resolve(result), fail: () => resolve(undefined) }),
  )
}

/** Whether WeChat offers to check a face here; it is open only to some kinds of mini-programs. */
export function canCheckFace(): boolean {
  return 'requestFacialVerify' in wx
}

/** Start WeChat's own check; true when it was gone through. What it found is for the server to ask. */
export function verifyFace(verifyId: string): Promise<boolean> {
  return new Promise((resolve) => wx.requestFacialVerify({ verifyId, success: () => resolve(true), fail: () => resolve(false) }))
}

/** Photos as files of the phone, made small by WeChat; none when the carer turned back. */
export function choosePhotos(most: number, from: PhotoSource[] = ['camera']): Promise<string[]> {
  return new Promise((resolve) =>
    wx.chooseMedia({
      count: most,
      mediaType: ['image'],
      sizeType: ['compressed'],
      sourceType: from,
      success: ({ tempFiles }) => resolve(tempFiles.map((file) => file.tempFilePath)),
      fail: () => resolve([]),
    }),
  )
}

/** Move a photo to where it survives the end of the app; answers its path there. */
export function keepFile(path: string): Promise<string> {
  return new Promise((resolve, reject) =>
    wx.getFileSystemManager().saveFile({ tempFilePath: path, success: ({ savedFilePath }) => resolve(savedFilePath), fail: ({ errMsg }) => reject(new StorageFull(errMsg)) }),
  )
}

export function readFile(path: string): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) =>
    wx.getFileSystemManager().readFile({ filePath: path, success: ({ data }) => resolve(data as ArrayBuffer), fail: ({ errMsg }) => reject(new Error(errMsg)) }),
  )
}

/** Let a kept file go; one that is gone already is no fault. */
export function forgetFile(path: string): void {
  wx.getFileSystemManager().removeSavedFile({ filePath: path, fail: () => undefined })
}

// --- pages ---

/** Open a page: `/pages/visit/index?id=…`. */
export function open(url: string): void {
  wx.navigateTo({ url, fail: () => wx.redirectTo({ url }) }) // ten pages deep is the most
}

/** Open a page in place of this one. */
export function replace(url: string): void {
  wx.redirectTo({ url })
}

/** Open a page as the only one. */
export function restart(url: string): void {
  wx.reLaunch({ url })
}

export function back(): void {
  wx.navigateBack({ delta: 1 })
}

/** Take away WeChat's own way to the first page: for a phone in somebody else's hand. In a page's `onShow`. */
export function hideHome(): void {
  wx.hideHomeButton()
}

export function title(text: string): void {
  wx.setNavigationBarTitle({ title: text })
}

// --- short questions ---

export function toast(text: string): void {
  wx.showToast({ title: text, icon: 'none', duration: 2500 })
}

/** WeChat refuses a box whose buttons say more than four characters: then nobody is asked. */
function box(asked: WechatMiniprogram.ShowModalOption): Promise<Partial<WechatMiniprogram.ShowModalSuccessCallbackResult>> {
  return new Promise((resolve) => wx.showModal({ ...asked, success: resolve, fail: () => resolve({}) }))
}

/** True for the main button. */
export async function confirm(title: string, content: string, yes: string, no: string): Promise<boolean> {
  return (await box({ title, content, confirmText: yes, cancelText: no })).confirm === true
}

/** Something to read, until its one button is tapped. */
export async function say(title: string, content: string, ok: string): Promise<void> {
  await box({ title, content, confirmText: ok, showCancel: false })
}

/** What was typed, or undefined when the user turned back. */
export async function ask(title: string, hint: string, yes: string, no: string): Promise<string | undefined> {
  const answer = await box({ title, editable: true, placeholderText: hint, confirmText: yes, cancelText: no })
  return answer.confirm ? (answer.content ?? '') : undefined
}

/** The place of the chosen line (at most six), or undefined. */
export function choose(lines: string[]): Promise<number | undefined> {
  return new Promise((resolve) =>
    wx.showActionSheet({
      itemList: lines,
      success: ({ tapIndex }) => resolve(tapIndex),
      fail: () => resolve(undefined),
    }),
  )
}

export function call(phone: string): void {
  wx.makePhoneCall({ phoneNumber: phone, fail: () => undefined })
}

/** A short buzz: done, without looking. */
export function buzz(): void {
  wx.vibrateShort({ type: 'medium', fail: () => undefined })
}

// --- messages that WeChat may send later ---

export type DialogAnswer = 'accept' | 'reject' | 'ban' | 'filter'
const MESSAGES_OFF = 20004 // the user switched all messages of the app off in WeChat

/**
 * Ask for one message of each template, three at most; only inside a tap, before anything is waited for. Answers what was
 * said of each, none where no dialog came, and `off` where messages are switched off in WeChat.
 */
export function requestSubscribe(templates: string[]): Promise<Record<string, DialogAnswer> | 'off'> {
  return new Promise((resolve) =>
    wx.requestSubscribeMessage({
      tmplIds: templates,
      success: (results) => resolve(Object.fromEntries(templates.flatMap((id) => answered(id, results[id] as string | undefined)))),
      fail: ({ errCode }) => resolve(errCode === MESSAGES_OFF ? 'off' : {}),
    }),
  )
}

/** An accepted one may say how it rings: `acceptWithAudio`. */
function answered(id: string, said = ''): [string, DialogAnswer][] {
  const answer = (['accept', 'reject', 'ban', 'filter'] as const).find((each) => said.startsWith(each))
  return answer ? [[id, answer]] : []
}

// --- text given away ---

/** Put a text where it can be pasted; WeChat says itself that it was copied. */
export function copy(text: string): Promise<void> {
  return done((then) => wx.setClipboardData({ data: text, ...then }))
}

// --- read aloud: WeChat needs its plug-in for that, see the README; without it there is no such button ---

interface Speaking {
  textToSpeech(wanted: { lang: string; content: string; success(told: { filename: string }): void; fail(): void }): void
}
const SPEAKING = 'WechatSI'
let speaking: WechatMiniprogram.InnerAudioContext | undefined

function speakingPlugin(): Speaking | undefined {
  try {
    return requirePlugin(SPEAKING) as unknown as Speaking
  } catch {
    return undefined
  }
}

export function canSpeak(): boolean {
  return typeof requirePlugin === 'function' && speakingPlugin() !== undefined
}

/** Read a text aloud; a second one stops the first. */
export function speak(text: string, lang: 'zh_CN' | 'en_US'): void {
  speaking?.stop()
  speakingPlugin()?.textToSpeech({
    lang,
    content: text,
    fail: () => undefined,
    success({ filename }) {
      speaking ??= wx.createInnerAudioContext()
      speaking.src = filename
      speaking.play()
    },
  })
}

function done(start: (then: { success: () => void; fail: (error: { errMsg: string }) => void }) => void): Promise<void> {
  return new Promise((resolve, reject) => start({ success: () => resolve(), fail: (e) => reject(new Error(e.errMsg)) }))
}
