/** What the user set on this phone: large type, language. */

import { fontSizeSetting, keepIfRoom, read } from './platform'

export type Language = 'zh-CN' | 'en'

const LANGUAGE = 'settings:language'
const LARGE = 'settings:large'
const LARGE_FROM = 19 // WeChat's own setting; 16 or 17 is usual

/** On a phone without any room a setting lasts as long as the app is open. */
const unsaved = new Map<string, unknown>()

function setting<T>(key: string): T | undefined {
  return (unsaved.get(key) as T | undefined) ?? read<T>(key)
}

function set(key: string, value: unknown): void {
  if (keepIfRoom(key, value)) unsaved.delete(key)
  else unsaved.set(key, value)
}

export function language(): Language {
  return setting<Language>(LANGUAGE) ?? 'zh-CN'
}

export function setLanguage(wanted: Language): void {
  set(LANGUAGE, wanted)
}

/** Large type: chosen here, else as WeChat is set. */
export function isLarge(): boolean {
  return setting<boolean>(LARGE) ?? fontSizeSetting() >= LARGE_FROM
}

export function setLarge(wanted: boolean): void {
  set(LARGE, wanted)
}

/** The classes of a page's outermost view. */
export function look(): string {
  return isLarge() ? 'page large' : 'page'
}
