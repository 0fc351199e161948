/** What the user set on this phone: large type, language. */

import { fontSizeSetting, keep, read } from './platform'

export type Language = 'zh-CN' | 'en'

const LANGUAGE = 'settings:language'
const LARGE = 'settings:large'
const LARGE_FROM = 19 // WeChat's own setting; 16 or 17 is usual

export function language(): Language {
  return read<Language>(LANGUAGE) ?? 'zh-CN'
}

export function setLanguage(wanted: Language): void {
  keep(LANGUAGE, wanted)
}

/** Large type: chosen here, else as WeChat is set. */
export function isLarge(): boolean {
  return read<boolean>(LARGE) ?? fontSizeSetting() >= LARGE_FROM
}

export function setLarge(wanted: boolean): void {
  keep(LARGE, wanted)
}

/** The classes of a page's outermost view. */
export function look(): string {
  return isLarge() ? 'page large' : 'page'
}
