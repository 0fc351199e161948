/** The browser's clock, moved to the demo's time: the demo lives in its own month. */

export function shiftClock(shiftMs: number): void {
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
