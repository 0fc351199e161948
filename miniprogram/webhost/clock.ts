/** The browser's clock, moved to the demo's time: the demo lives in its own month. */

let shifted = 0

/** How far this page's clock is moved. */
export function shiftOf(): number {
  return shifted
}

export function shiftClock(shiftMs: number): void {
  shifted = shiftMs
  if (!shiftMs) return
  const Real = Date
  class Shifted extends Real {
    constructor(...given: unknown[]) {
      if (given.length) super(...(given as [number]))
      else super(Real.now() + shiftMs)
    }
    static override now(): number {
      return Real.now() + shiftMs
    }
  }
  Object.assign(globalThis, { Date: Shifted })
}
