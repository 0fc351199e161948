/** Runs a mini-program's pages in a browser: WeChat's own template engine, and a router and life cycle of ours. */

import * as easel from 'glass-easel'
import { MiniProgramEnv, type Root } from 'glass-easel-miniprogram-adapter'
import { nameTags, registerBuiltIns } from './builtins'
import { shiftClock } from './clock'
import { useRouter, wx as shim, type Person } from './wx'

interface Part {
  path: string
  isPage: boolean
  config: { navigationBarTitleText?: string; usingComponents: Record<string, string> }
  scope: string
  css: string
}
interface AppConfig {
  pages: string[]
  window: { navigationBarTitleText: string }
}
type Handler = ((query?: Record<string, string>) => void) | undefined
type Caller = Record<string, unknown>
interface Open {
  path: string
  root: Root
  element: HTMLElement
  caller: Caller
  title: string
}
type Templates = Record<string, easel.template.ComponentTemplate['content']>
export interface HostState {
  people: Person[]
  shift_ms: number
}

const env = new MiniProgramEnv()
const space = env.createCodeSpace('', true)
const context = new easel.CurrentWindowBackendContext()
nameTags(context)
context.onEvent((target, type, detail, options) => {
  const event = new easel.Event(type, detail, options)
  easel.Event.dispatchEvent(target, event)
  return Number(event.defaultPrevented() && !type.startsWith('touch')) // EventBubbleStatus: normal, no default
})
// WeChat has the touches beside the detail.
for (const name of ['touches', 'changedTouches']) {
  Object.defineProperty(easel.Event.prototype, name, {
    get(this: easel.Event<Record<string, unknown>>) {
      return this.detail?.[name]
    },
  })
}
const backend = env.associateBackend(context)
const open: Open[] = []
const parts = new Map<string, Part>()
let config: AppConfig = { pages: [], window: { navigationBarTitleText: '' } }
let templates: Templates = {}
let app: Caller = {}

function add(part: Part, content: Templates[string], run: () => void): void {
  parts.set(part.path, part)
  pending.push({ part, content, run })
}
const pending: { part: Part; content: Templates[string]; run: () => void }[] = []

function begin(given: AppConfig, css: string, all: Templates): void {
  config = given
  templates = all
  registerBuiltIns(space.getComponentSpace())
  style('app', css, undefined)
  Object.assign(globalThis, {
    wx: shim,
    App: (definition: Caller) => (app = definition),
    getApp: () => app,
    getCurrentPages: () => open.map(({ caller, path }) => Object.assign(caller, { route: path })),
  })
}

function style(path: string, css: string, scope: string | undefined): void {
  space.addStyleSheet(path, `${path}.css`, scope)
  backend.registerStyleSheetContent(`${path}.css`, css)
}

function register({ part, content, run }: (typeof pending)[number]): void {
  const { path, isPage, config: own, scope, css } = part
  if (!content) throw new Error(`no template for ${path}`)
  space.addComponentStaticConfig(path, isPage ? own : { ...own, component: true })
  space.addCompiledTemplate(path, { groupList: templates, content, fallbackListenerOnNativeNode: true })
  style(path, css, scope || undefined)
  space.globalComponentEnv(globalThis, path, run)
}

/** Components first: a page's registration looks for what it uses. */
async function start(runApp: () => void): Promise<void> {
  const state = (await (await fetch('/__host/state')).json()) as HostState
  shiftClock(state.shift_ms)
  Object.assign(globalThis, { __people: state.people })
  runApp()
  for (const each of pending.sort((a, b) => Number(a.part.isPage) - Number(b.part.isPage))) register(each)
  useRouter({ push, replace: (url) => (close(), push(url)), restart, back, title: setTitle })
  document.getElementById('back')?.addEventListener('click', () => back(1))
  ;(app['onLaunch'] as Handler)?.call(app)
  ;(app['onShow'] as Handler)?.call(app)
  push(location.hash.slice(1) || `/${config.pages[0]}`)
}

function push(url: string): void {
  const [path = '', search = ''] = url.replace(/^\//, '').split('?')
  const part = parts.get(path)
  if (!part?.isPage) throw new Error(`no page ${path} in app.json`)
  const top = open[open.length - 1]
  if (top) leave(top)
  const element = document.createElement('wx-page')
  const place = element.appendChild(document.createElement('div'))
  document.getElementById('pages')?.appendChild(element)
  const root = backend.createRoot(`an-${path.split('/')[1]}`, space, path)
  const caller = root.get() as unknown as Caller
  const page: Open = { path, root, element, caller, title: part.config.navigationBarTitleText ?? config.window.navigationBarTitleText }
  open.push(page)
  root.attach(element as unknown as easel.GeneralBackendElement, place as unknown as easel.GeneralBackendElement)
  call(page, 'onLoad', Object.fromEntries(new URLSearchParams(search)))
  enter(page, url)
  call(page, 'onReady')
}

function enter(page: Open, url = `/${page.path}`): void {
  page.element.hidden = false
  setTitle(page.title)
  document.getElementById('back')!.hidden = open.length < 2
  history.replaceState(null, '', `#${url}`)
  page.root.getComponent().triggerPageLifetime('show', [])
  call(page, 'onShow')
}

function leave(page: Open): void {
  page.element.hidden = true
  page.root.getComponent().triggerPageLifetime('hide', [])
  call(page, 'onHide')
}

function close(): void {
  const page = open.pop()
  if (!page) return
  call(page, 'onUnload')
  page.root.release()
  page.element.remove()
}

function restart(url: string): void {
  while (open.length) close()
  push(url)
}

function back(steps: number): void {
  for (let step = 0; step < steps && open.length > 1; step += 1) close()
  const page = open[open.length - 1]
  if (page) enter(page)
}

function setTitle(text: string): void {
  const page = open[open.length - 1]
  if (page) page.title = text
  document.getElementById('title')!.textContent = text
}

function call(page: Open, name: string, query?: Record<string, string>): void {
  ;(page.caller[name] as Handler)?.call(page.caller, query)
}

export const host = { begin, add, start }
