/** WeChat's built-in tags. Plain boxes are elements `wx-view`, `wx-text` …; those that take input are components here. */

import type * as easel from 'glass-easel'

type Space = easel.ComponentSpace
type Component = easel.GeneralComponent
const PLAIN = ['view', 'text', 'scroll-view', 'navigator', 'form', 'label', 'block', 'checkbox-group', 'radio-group']
const HTML = ['input', 'change', 'focus', 'blur', 'load', 'error', 'scroll', 'submit'] // raised by us with e.detail.value

/** Tags become `wx-…`, since a browser's own button or input would do things twice; and its own events stay out. */
export function nameTags(context: easel.CurrentWindowBackendContext): void {
  const own = context.document
  context.document = {
    createElement(tag: string) {
      const element = own.createElement(tag.includes('-') && tag !== 'scroll-view' ? tag : `wx-${tag}`)
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
    if (!HTML.includes(type)) listen(element, type, capture, level)
  }
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

/** A component without a template of its own. */
function bare(space: Space, tag: string) {
  return space.define(`wx/${tag}`).options({ reflectToAttributes: false })
}

function use(space: Space, tag: string, definition: easel.GeneralComponentDefinition): void {
  space.setGlobalUsingComponent(tag, definition)
}

function button(space: Space): void {
  const made = bare(space, 'button')
    .property('disabled', Boolean)
    .property('openType', String)
    .property('loading', Boolean)
    .property('plain', Boolean)
    .property('type', String)
    .property('size', String)
    .property('formType', String)
    .property('ariaLabel', String)
    .observer('disabled', function (this: Component, isDisabled: boolean) {
      elementOf(this).toggleAttribute('disabled', isDisabled)
      elementOf(this).setAttribute('aria-disabled', String(isDisabled))
    })
    .observer('ariaLabel', function (this: Component, label: string) {
      if (label) elementOf(this).setAttribute('aria-label', label)
    })
    .registerComponent()
  use(space, 'button', made.general())
}

/** One line or several of text. */
function field(space: Space, tag: string, html: 'input' | 'textarea'): void {
  const inner = (of: Component) => elementOf(of).querySelector(html) as HTMLInputElement
  const attribute = (name: string) =>
    function (this: Component, value: unknown) {
      inner(this)?.setAttribute(name, String(value))
    }
  const made = bare(space, tag)
    .property('value', String)
    .property('placeholder', String)
    .property('placeholderClass', String)
    .property('type', String)
    .property('password', Boolean)
    .property('maxlength', { type: Number, value: 140 })
    .property('disabled', Boolean)
    .property('focus', Boolean)
    .property('autoHeight', Boolean)
    .property('confirmType', String)
    .property('adjustPosition', Boolean)
    .property('cursorSpacing', Number)
    .property('ariaLabel', String)
    .observer('value', function (this: Component, value: string) {
      if (inner(this) && inner(this).value !== value) inner(this).value = value
    })
    .observer('placeholder', attribute('placeholder'))
    .observer('ariaLabel', attribute('aria-label'))
    .observer('maxlength', function (this: Component, most: number) {
      if (most >= 0) inner(this)?.setAttribute('maxlength', String(most))
    })
    .observer('disabled', function (this: Component, isDisabled: boolean) {
      inner(this).disabled = isDisabled
    })
    .observer('type', function (this: Component, type: string) {
      if (html === 'input') inner(this).inputMode = type === 'digit' ? 'decimal' : type === 'number' ? 'numeric' : 'text'
    })
    .lifetime('created', function (this: Component) {
      const control = document.createElement(html)
      elementOf(this).appendChild(control)
      const raise = (name: string) => this.triggerEvent(name, { value: control.value }, { bubbles: false, composed: false })
      for (const name of ['input', 'focus', 'blur']) control.addEventListener(name, () => raise(name))
      control.addEventListener('keydown', (event) => (event as KeyboardEvent).key === 'Enter' && raise('confirm'))
    })
    .registerComponent()
  use(space, tag, made.general())
}

function toggle(space: Space, tag: 'switch' | 'checkbox' | 'radio'): void {
  const inner = (of: Component) => elementOf(of).querySelector('input') as HTMLInputElement
  const made = bare(space, tag)
    .property('checked', Boolean)
    .property('value', String)
    .property('disabled', Boolean)
    .property('color', String)
    .property('ariaLabel', String)
    .observer('checked', function (this: Component, isOn: boolean) {
      inner(this).checked = isOn
    })
    .observer('disabled', function (this: Component, isDisabled: boolean) {
      inner(this).disabled = isDisabled
    })
    .observer('ariaLabel', function (this: Component, label: string) {
      if (label) inner(this).setAttribute('aria-label', label)
    })
    .lifetime('created', function (this: Component) {
      const control = document.createElement('input')
      control.type = tag === 'radio' ? 'radio' : 'checkbox'
      if (tag === 'switch') control.setAttribute('role', 'switch')
      elementOf(this).prepend(control)
      control.addEventListener('change', () => {
        if (tag === 'switch') this.triggerEvent('change', { value: control.checked }, { bubbles: false, composed: false })
        else groupChanged(elementOf(this))
      })
    })
    .registerComponent()
  use(space, tag, made.general())
}

/** A checkbox-group tells its values, a radio-group its one. */
function groupChanged(of: HTMLElement): void {
  const group = of.closest('wx-checkbox-group, wx-radio-group') as (HTMLElement & { __wxElement?: easel.Element }) | null
  if (!group?.__wxElement) return
  const boxes = [...group.querySelectorAll('wx-checkbox, wx-radio')] as (HTMLElement & { __wxElement?: Component })[]
  if (group.tagName === 'WX-RADIO-GROUP') {
    for (const box of boxes) if (box !== of) box.querySelector('input')!.checked = false
  }
  const chosen = boxes.filter((box) => box.querySelector('input')!.checked).map((box) => box.__wxElement!.data['value'] as string)
  const value = group.tagName === 'WX-RADIO-GROUP' ? (chosen[0] ?? '') : chosen
  group.__wxElement.triggerEvent('change', { value }, { bubbles: false, composed: false })
}

function image(space: Space): void {
  const inner = (of: Component) => elementOf(of).querySelector('img') as HTMLImageElement
  const made = bare(space, 'image')
    .property('src', String)
    .property('mode', { type: String, value: 'scaleToFill' })
    .property('ariaLabel', String)
    .observer('src', function (this: Component, source: string) {
      inner(this).src = source
    })
    .observer('mode', function (this: Component, mode: string) {
      inner(this).style.objectFit = mode === 'aspectFill' ? 'cover' : mode === 'aspectFit' ? 'contain' : 'fill'
    })
    .observer('ariaLabel', function (this: Component, label: string) {
      inner(this).alt = label
    })
    .lifetime('created', function (this: Component) {
      const picture = document.createElement('img')
      picture.alt = ''
      elementOf(this).appendChild(picture)
      for (const name of ['load', 'error']) {
        picture.addEventListener(name, () => this.triggerEvent(name, {}, { bubbles: false, composed: false }))
      }
    })
    .registerComponent()
  use(space, 'image', made.general())
}

/** mode selector (range, range-key), date and time: a select or a date field laid over what the page draws. */
function picker(space: Space): void {
  const made = bare(space, 'picker')
    .property('mode', { type: String, value: 'selector' })
    .property('range', Array)
    .property('rangeKey', String)
    .property('value', { type: null, value: 0 } as never)
    .property('start', String)
    .property('end', String)
    .property('disabled', Boolean)
    .observer(['mode', 'range', 'rangeKey', 'value', 'start', 'end'] as never, function (this: Component) {
      layPicker(this)
    })
    .lifetime('created', function (this: Component) {
      layPicker(this)
    })
    .registerComponent()
  use(space, 'picker', made.general())
}

function layPicker(component: Component): void {
  const { mode, range, rangeKey, value, start, end } = component.data as Record<string, unknown> as {
    mode: string; range: unknown[] | null; rangeKey: string; value: string | number; start: string; end: string
  }
  const element = elementOf(component)
  element.style.position = 'relative'
  element.querySelector(':scope > .host-picker')?.remove()
  const isList = mode === 'selector'
  const control = document.createElement(isList ? 'select' : 'input')
  control.className = 'host-picker'
  control.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;opacity:0'
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
    const chosen = isList ? Number(control.value) : control.value
    component.triggerEvent('change', { value: chosen }, { bubbles: false, composed: false })
  })
  element.appendChild(control)
}
