/** Handlers of components, as WeChat calls them: setData is seen by them at once, by the screen later. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

interface Instance {
  data: Record<string, unknown>
  drawn: object[]
  told: unknown[][]
  [method: string]: unknown
}
interface Definition {
  data?: object
  lifetimes?: { attached?(this: Instance): void; detached?(this: Instance): void }
  methods: Record<string, (this: Instance, event?: object) => void>
}

let definition: Definition
let measured: (rect: object) => void

beforeEach(() => {
  vi.useFakeTimers()
  vi.resetModules()
  Object.assign(globalThis, { Component: (given: Definition) => (definition = given) })
})
afterEach(() => {
  vi.useRealTimers()
})

function made(): Instance & Definition['methods'] {
  const instance: Instance = {
    data: { ...definition.data },
    drawn: [],
    told: [],
    setData(changed: object) {
      instance.drawn.push(changed)
      Object.assign(instance.data, changed)
    },
    triggerEvent: (...told: unknown[]) => instance.told.push(told),
    createSelectorQuery: () => ({ select: () => ({ boundingClientRect: (told: typeof measured) => ((measured = told), { exec: () => undefined }) }) }),
    ...definition.methods,
  }
  definition.lifetimes?.attached?.call(instance)
  return instance as Instance & Definition['methods']
}

test('the second tap of a double tap does nothing, whatever the button has come to say', async () => {
  await import('../app/components/big-button/index')
  const button = made()
  for (const wait of [0, 300, 299]) {
    vi.advanceTimersByTime(wait)
    button['press']!()
    button.data['text'] = 'the next question'
  }
  expect(button.told).toEqual([['press']])
  vi.advanceTimersByTime(1)
  button['press']!()
  expect(button.told).toHaveLength(2)
  vi.advanceTimersByTime(600)
  button.data['busy'] = true
  button['press']!()
  expect(button.told).toHaveLength(2)
})

const touch = (x: number, y: number) => ({ touches: [{ clientX: x, clientY: y }] })
const lines = (pad: Instance) => [...decodeURIComponent(String(pad.data['picture'])).matchAll(/points='([^']*)'/g)].map(([, points]) => points)

test('what a finger writes before WeChat has measured the pad is a stroke of its own, and pictures are few', async () => {
  await import('../app/components/signature-pad/index')
  const pad = made()
  pad['begin']!(touch(10, 110))
  measured({ left: 0, top: 100, width: 300, height: 160 })
  pad['extend']!(touch(20, 120))
  pad['end']!()
  expect(pad.told.pop()).toEqual(['change', { isSigned: false }]) // two points are a touch
  pad['begin']!(touch(50, 60))
  for (let x = 51; x < 60; x += 1) pad['extend']!(touch(x, 60)) // the page was scrolled, and is not measured yet
  vi.advanceTimersByTime(50)
  expect(lines(pad)).toEqual(['10,10 20,20'])
  measured({ left: 0, top: 50, width: 300, height: 160 })
  vi.advanceTimersByTime(50)

  expect(lines(pad)).toEqual(['10,10 20,20', '50,10 51,10 52,10 53,10 54,10 55,10 56,10 57,10 58,10 59,10'])
  expect(pad.drawn).toHaveLength(2)
  pad['end']!()
  expect(pad.told.pop()).toEqual(['change', { isSigned: true }])
  pad['extend']!(touch(60, 60))
  pad['clear']!()
  vi.advanceTimersByTime(1000)
  expect(pad.data['picture']).toBe('')
})
