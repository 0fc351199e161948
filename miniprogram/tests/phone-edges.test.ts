/** Where WeChat is stricter than it looks: moved files, short buttons, switches of the phone, a clipboard that is refused, no room. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { APP } from '../webhost/build.mjs'
import { Files } from '../webhost/files'
import { modalFault, sheetFault } from '../webhost/limits'
import { fakePhone, sessionOf, type FakePhone } from './fake-wx'

type Definition = Record<string, (this: object, given?: object) => unknown> & { data: Record<string, unknown> }
let phone: FakePhone
let page: Definition
const wx = () => (globalThis as unknown as { wx: Record<string, unknown> }).wx

beforeEach(() => {
  vi.resetModules()
  phone = fakePhone()
  phone.storage.set('session', sessionOf('li'))
  const Page = (given: Definition) => (page = Object.assign(given, { setData: (more: object) => void Object.assign(given.data, more) }))
  Object.assign(globalThis, { Page })
})

// --- photos ---

test('a photo is shown from where it is kept: WeChat has moved it there', async () => {
  const { takePhotos } = await import('../app/lib/photos')
  phone.isOnline = false
  phone.files.set('tmp/1', new Uint8Array([1, 2]).buffer)
  Object.assign(wx(), { chooseMedia: ({ success }: { success(told: object): void }) => success({ tempFiles: [{ tempFilePath: 'tmp/1' }] }) })

  const { shown } = await takePhotos('v1', 'care', 3)

  expect(Object.values(shown).map((path) => phone.files.has(path))).toEqual([true])
  await import('../app/pages/visit-log/index')
  page['onLoad']!({ id: 'v1' })
  page['draw']!() // opened anew: it knows of no picture taken before
  expect(page.data['photos']).toEqual([{ path: 'wxfile://tmp/1', state: '在手机里' }])
})

test('the web host lets go of a temporary path once its file is kept, and shows what is kept', async () => {
  const shelf = new Map<string, string>()
  const files = new Files({ getItem: (key) => shelf.get(key) ?? null, setItem: (key, text) => void shelf.set(key, text), removeItem: (key) => void shelf.delete(key) })
  const path = files.add(new Blob([new Uint8Array([1, 2])]))
  expect(new Uint8Array((await files.read(path)).data)).toEqual(new Uint8Array([1, 2]))

  const { savedFilePath } = await files.keep(path)

  await expect(files.read(path)).rejects.toThrow('no such file')
  await expect(files.keep(path)).rejects.toThrow('not exist')
  await expect(fetch(path)).rejects.toThrow() // no picture shows it any more either
  expect(new Uint8Array((await files.read(savedFilePath)).data)).toEqual(new Uint8Array([1, 2]))
  expect(files.addressOf(savedFilePath)).toBe('data:image/jpeg;base64,AQI=')
  files.forget(savedFilePath)
  expect(files.addressOf(savedFilePath)).toBe(savedFilePath)
  await expect(files.read(savedFilePath)).rejects.toThrow('no such file')
})

// --- boxes ---

test('WeChat draws no box whose button says more than four characters, nor a list of seven', () => {
  expect([modalFault({ confirmText: '知道了吗', cancelText: 'Back' }), modalFault({}), sheetFault({ itemList: Array(6).fill('a') })]).toEqual([undefined, undefined, undefined])
  expect(modalFault({ confirmText: 'Got it' })).toContain('confirmText')
  expect(modalFault({ confirmText: 'Yes', cancelText: 'Leave' })).toContain('cancelText')
  expect(sheetFault({ itemList: Array(7).fill('a') })).toContain('itemList')
})

/** The arguments of a call whose first begins at `from`. */
function argumentsAt(text: string, from: number): string[] {
  const found = ['']
  for (let place = from, depth = 0; depth >= 0; place += 1) {
    const letter = text[place] ?? ')'
    depth += '([{'.includes(letter) ? 1 : ')]}'.includes(letter) ? -1 : 0
    if (letter === ',' && depth === 0) found.push('')
    else if (depth >= 0) found[found.length - 1] += letter
  }
  return found.map((each) => each.trim())
}

/** Every button text of every box in the app, by its place: `words().yes` has the literals named `yes` in its file. */
function buttons(): [string, string][] {
  const read = (path: string) => readFileSync(join(APP, path), 'utf8')
  const files = (readdirSync(APP, { recursive: true }) as string[]).filter((path) => path.endsWith('.ts') && path !== 'lib/platform.ts')
  return files.flatMap((path) => {
    const text = read(path)
    const imported = /import \{([^}]*)\} from '[^']*\/platform'/.exec(text)?.[1]?.split(',').map((name) => name.trim()) ?? []
    const calls = [...text.matchAll(/(?<![.\w]|function )(confirm|ask|say)\(/g)].filter(([, name]) => imported.includes(name ?? ''))
    return calls.flatMap(({ 0: whole, index }) =>
      argumentsAt(text, index + whole.length).slice(2).flatMap((said): [string, string][] => {
        const literals = [...(said.startsWith('common()') ? read('lib/texts.ts') : text).matchAll(new RegExp(`\\b${said.split('.').pop()}: '([^']*)'`, 'g'))]
        expect(literals.length, `${path}: ${said}`).toBeGreaterThanOrEqual(2) // both languages
        return literals.map(([, word]) => [path, word ?? ''])
      }),
    )
  })
}

test('every button of every box says at most four characters, in both languages', () => {
  const all = buttons()
  expect(all.length).toBeGreaterThan(30)
  expect(all.filter(([, confirmText]) => modalFault({ confirmText }))).toEqual([])
})

// --- switches ---

test('the button leads to the switch that is off: a sentence for the phone’s, WeChat’s page, or this app’s own', async () => {
  const { openPermissions } = await import('../app/lib/permissions')
  const opened: string[] = []
  let settings = { locationEnabled: true, locationAuthorized: 'authorized', locationReducedAccuracy: false }
  Object.assign(wx(), {
    getSystemSetting: () => settings,
    getAppAuthorizeSetting: () => settings,
    showModal: ({ title, success }: { title: string; success(told: object): void }) => (opened.push(title), success({ confirm: true })),
    openSetting: ({ success }: { success(told: object): void }) => (opened.push('own'), success({ authSetting: { 'scope.userLocation': true } })),
    openAppAuthorizeSetting: ({ fail }: { fail(error: object): void }) => (opened.push('wechat'), fail({ errMsg: 'not on this phone' })),
  })

  expect(await openPermissions()).toBe(true)
  settings = { ...settings, locationReducedAccuracy: true }
  expect(await openPermissions()).toBe(true)
  settings = { ...settings, locationEnabled: false }
  expect(await openPermissions()).toBe(true)

  expect(opened).toEqual(['own', '请让微信用准确的位置', 'wechat', '手机的定位关着'])
})

test('what WeChat says of its own accuracy is what is told of the tap', async () => {
  const { tap } = await import('../app/lib/tapping')
  const exceptions = ['uncertain_location']
  phone.answer = ({ body }) => {
    const { records } = body as { records: { record: { id: string } }[] }
    return { status: 200, data: { answers: records.map(({ record }) => ({ id: record.id, status: 201, code: null, message: null, exceptions })) } }
  }
  Object.assign(wx(), { getAppAuthorizeSetting: () => ({ locationReducedAccuracy: true }) })
  const fix = { latitude: 39, longitude: 117, accuracy_m: 600, fixed_at: '', system: 'gcj02', source: 'wechat' } as const

  expect((await tap('clock_in', 'v1', Date.now(), fix)).place).toBe('approximate')
})

// --- refused and full ---

test('a phone without room rings the agency all the same, and a setting lasts as long as the app is open', async () => {
  const { callAgency } = await import('../app/lib/agency-phone')
  const { isLarge, language, setLanguage, setLarge } = await import('../app/lib/settings')
  const rung: string[] = []
  phone.isOnline = false
  phone.room = 0
  Object.assign(wx(), {
    showModal: ({ success }: { success(told: object): void }) => success({ confirm: true, content: '022-123' }),
    makePhoneCall: ({ phoneNumber }: { phoneNumber: string }) => rung.push(phoneNumber),
  })

  await callAgency()
  setLarge(true)
  setLanguage('en')

  expect(rung).toEqual(['022123'])
  expect([isLarge(), language()]).toEqual([true, 'en'])
  phone.room = Infinity
  setLarge(false)
  expect([isLarge(), phone.storage.get('settings:large')]).toEqual([false, false])
})

test('a clipboard that WeChat refuses is said, and tapping again may succeed', async () => {
  await import('../app/pages/guardian-receipt/index')
  Object.assign(page, { receipt: {} })
  for (const isAllowed of [false, true]) {
    Object.assign(wx(), { setClipboardData: ({ success, fail }: { success(): void; fail(error: object): void }) => (isAllowed ? success() : fail({ errMsg: 'setClipboardData:fail privacy permission is not authorized' })) })
    await page['copy']!()
    expect([page.data['isCopied'], page.data['isNotCopied']]).toEqual([isAllowed, !isAllowed])
  }
})
