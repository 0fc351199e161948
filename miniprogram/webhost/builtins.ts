/** WeChat's built-in tags. Plain boxes are elements `wx-view`, `wx-text` …; those that take input are components here. */

import type * as easel from 'glass-easel'
import { files } from './wx'

type Space = easel.ComponentSpace
type Component = easel.GeneralComponent
const PLAIN = ['view', 'text', 'scroll-view', 'navigator', 'form', 'label', 'block', 'checkbox-group', 'radio-group']
const HTML = ['input', 'change', 'focus', 'blur', 'load', 'error', 'scroll', 'submit'] // raised by us with e.detail.value

/** Tags become `wx-…`, since a browser's own button or input would do things twice; and its own events stay out. */
export function nameTags(context: easel.CurrentWindowBackendContext): void {
  const own = context.document
  context.document = {
    createElement(tag: string) {
      const element = own.createElement(tag.startsWith('an-') ? tag : `wx-${tag}`)
      const set = element.setAttribute.bind(element)
      element.setAttribute = (name: string, value: string) => set(name === 'aria-role' ? 'role' : name, value)
      if (tag === 'label') pointAtBox(element as unknown as HTMLElement)
      if (tag === 'button') {
        element.setAttribute('role', 'button')
        element.setAttribute('tabindex', '0')
      }
      return element
    },
    createTextNode: (text: string) => own.createTextNode(text),
    createDocumentFragment: () => own.createDocumentFragment(),
  } as typeof own
  const listen = context.setListenerStats.bind(context)
  context.setListenerStats = (element, type, capture, level) => {
    const isTouch = type.startsWith('touch')
    // A browser lets nobody stop a touch that it listens to from afar: said beforehand, by the style.
    if (type === 'touchmove' && level) (element as unknown as HTMLElement).style.touchAction = 'none'
    if (!HTML.includes(type)) listen(element, type, capture, isTouch ? 0 : level)
  }
}

function pointAtBox(label: HTMLElement): void {
  label.addEventListener('click', ({ target }) => {
    const box = label.querySelector('input')
    if (target !== box) box?.click()
  })
}

export function registerBuiltIns(space: Space): void {
  for (const tag of PLAIN) if (tag !== 'block') space.setGlobalUsingComponent(tag, tag)
  button(space)
  field(space, 'input', 'input')
  field(space, 'textarea', 'textarea')
  toggle(space, 'switch')
  toggle(space, 'checkbox')
  toggle(space, 'radio')
  image(space)
  picker(space)
}

function elementOf(component: Component): HTMLElement {
  return component.getBackendElement() as unknown as HTMLElement
}

type Watch = Record<string, (component: Component, value: never) => void>

/** A tag with properties; `watch` brings each into the page, at the start and on every change. */
function define(space: Space, tag: string, properties: Record<string, unknown>, watch: Watch, created: (component: Component) => void = () => undefined): void {
  const watched: Watch = { ...watch, hidden: (of, isHidden: boolean) => void elementOf(of).toggleAttribute('hidden', isHidden) }
  const observers = Object.fromEntries(
    Object.entries(watched).map(([name, bring]) => [
      name,
      function (this: Component, value: never) {
        if (elementOf(this)) bring(this, value)
      },
    ]),
  )
  const lifetimes = {
    created(this: Component) {
      if (elementOf(this)) created(this) // a page that was left already draws nothing
    },
    attached(this: Component) {
      for (const [name, bring] of Object.entries(watched)) bring(this, (this.data as Record<string, never>)[name] as never)
    },
  }
  const definition = { is: `wx/${tag}`, properties: { ...properties, hidden: Boolean }, observers, lifetimes } as Parameters<Space['defineComponent']>[0]
  space.setGlobalUsingComponent(tag, space.defineComponent(definition).general())
}

const quiet = { bubbles: false, composed: false }
const labelled = (find: (component: Component) => Element) => (component: Component, label: string) => {
  if (label) find(component).setAttribute('aria-label', label)
}

function button(space: Space): void {
  const properties = { disabled: Boolean, openType: String, loading: Boolean, plain: Boolean, type: String, size: String, formType: String, ariaLabel: String, ariaDisabled: Boolean }
  define(space, 'button', properties, {
    disabled: (component, isDisabled: boolean) => {
      elementOf(component).toggleAttribute('disabled', isDisabled)
      sayDisabled(component)
    },
    ariaDisabled: sayDisabled,
    ariaLabel: labelled(elementOf),
  })
}

function sayDisabled(component: Component): void {
  const { disabled, ariaDisabled } = component.data
  elementOf(component).setAttribute('aria-disabled', String(Boolean(disabled) || Boolean(ariaDisabled)))
}

/** One line or several of text. */
function field(space: Space, tag: string, html: 'input' | 'textarea'): void {
  const inner = (of: Component) => elementOf(of).querySelector(html) as HTMLInputElement
  const properties = {
    value: String, placeholder: String, placeholderClass: String, type: String, password: Boolean, maxlength: { type: Number, value: 140 },
    disabled: Boolean, focus: Boolean, autoHeight: Boolean, confirmType: String, adjustPosition: Boolean, cursorSpacing: Number, ariaLabel: String,
  }
  const watch: Watch = {
    value: (of, value: string) => {
      if (inner(of).value !== value) inner(of).value = value
    },
    placeholder: (of, text: string) => inner(of).setAttribute('placeholder', text),
    ariaLabel: labelled(inner),
    maxlength: (of, most: number) => most >= 0 && inner(of).setAttribute('maxlength', String(most)),
    disabled: (of, isDisabled: boolean) => (inner(of).disabled = isDisabled),
    type: (of, type: string) => (inner(of).inputMode = type === 'digit' ? 'decimal' : type === 'number' ? 'numeric' : 'text'),
  }
  define(space, tag, properties, watch, (component) => {
    const control = document.createElement(html)
    elementOf(component).appendChild(control)
    const raise = (name: string) => component.triggerEvent(name, { value: control.value }, quiet)
    for (const name of ['input', 'focus', 'blur']) control.addEventListener(name, () => raise(name))
    control.addEventListener('keydown', (event) => (event as KeyboardEvent).key === 'Enter' && raise('confirm'))
  })
}

function toggle(space: Space, tag: 'switch' | 'checkbox' | 'radio'): void {
  const inner = (of: Component) => elementOf(of).querySelector('input') as HTMLInputElement
  const properties = { checked: Boolean, value: String, disabled: Boolean, color: String, ariaLabel: String }
  const watch: Watch = {
    checked: (of, isOn: boolean) => (inner(of).checked = isOn),
    disabled: (of, isDisabled: boolean) => (inner(of).disabled = isDisabled),
    ariaLabel: labelled(inner),
  }
  define(space, tag, properties, watch, (component) => {
    const control = document.createElement('input')
    control.type = tag === 'radio' ? 'radio' : 'checkbox'
    if (tag === 'switch') control.setAttribute('role', 'switch')
    elementOf(component).prepend(control)
    control.addEventListener('change', () => {
      if (tag === 'switch') component.triggerEvent('change', { value: control.checked }, quiet)
      else groupChanged(elementOf(component))
    })
  })
}

/** A checkbox-group tells its values, a radio-group its one. */
function groupChanged(of: HTMLElement): void {
  const group = of.closest('wx-checkbox-group, wx-radio-group') as (HTMLElement & { __wxElement?: easel.Element }) | null
  if (!group?.__wxElement) return
  const boxes = [...group.querySelectorAll('wx-checkbox, wx-radio')] as (HTMLElement & { __wxElement?: Component })[]
  const isOne = group.tagName === 'WX-RADIO-GROUP'
  if (isOne) for (const box of boxes) if (box !== of) box.querySelector('input')!.checked = false
  const chosen = boxes.filter((box) => box.querySelector('input')!.checked).map((box) => String(box.__wxElement!.data['value']))
  group.__wxElement.triggerEvent('change', { value: isOne ? (chosen[0] ?? '') : chosen }, quiet)
}

function image(space: Space): void {
  const inner = (of: Component) => elementOf(of).querySelector('img') as HTMLImageElement
  const watch: Watch = {
    src: (of, source: string) => {
      if (inner(of).dataset['path'] === source) return // the same one is not read again: its file may be gone by now
      inner(of).dataset['path'] = source
      if (source) inner(of).src = files.addressOf(source)
      else inner(of).removeAttribute('src')
    },
    mode: (of, mode: string) => (inner(of).style.objectFit = mode === 'aspectFill' ? 'cover' : mode === 'aspectFit' ? 'contain' : 'fill'),
    ariaLabel: (of, label: string) => (inner(of).alt = label),
  }
  define(space, 'image', { src: String, mode: { type: String, value: 'scaleToFill' }, ariaLabel: String }, watch, (component) => {
    const picture = elementOf(component).appendChild(document.createElement('img'))
    for (const name of ['load', 'error']) picture.addEventListener(name, () => component.triggerEvent(name, {}, quiet))
    picture.addEventListener('error', () => console.error(`no picture at ${String(component.data['src'])}`)) // blank on a phone
  })
}

/** mode selector (range, range-key), date and time: a select or a date field laid over what the page draws. */
function picker(space: Space): void {
  const properties = {
    mode: { type: String, value: 'selector' }, range: Array, rangeKey: String, value: { type: null, value: 0 },
    start: String, end: String, disabled: Boolean, ariaLabel: String,
  }
  const names = ['mode', 'range', 'rangeKey', 'value', 'start', 'end', 'ariaLabel']
  define(space, 'picker', properties, Object.fromEntries(names.map((name) => [name, layPicker])))
}

function layPicker(component: Component): void {
  const { mode, range, rangeKey, value, start, end, ariaLabel } = component.data as Record<string, unknown> as {
    mode: string; range: unknown[] | null; rangeKey: string; value: string | number; start: string; end: string; ariaLabel: string
  }
  const element = elementOf(component)
  element.style.position = 'relative'
  element.querySelector(':scope > .host-picker')?.remove()
  const isList = mode === 'selector'
  const control = document.createElement(isList ? 'select' : 'input')
  control.className = 'host-picker'
  control.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;opacity:0'
  if (ariaLabel) control.setAttribute('aria-label', ariaLabel)
  if (control instanceof HTMLSelectElement) {
    for (const [place, each] of (range ?? []).entries()) {
      const text = rangeKey ? (each as Record<string, string>)[rangeKey] : each
      control.add(new Option(String(text), String(place)))
    }
  } else {
    Object.assign(control, { type: mode, min: start, max: end })
  }
  control.value = String(value)
  control.addEventListener('change', () => {
    component.triggerEvent('change', { value: isList ? Number(control.value) : control.value }, quiet)
  })
  element.appendChild(control)
}
