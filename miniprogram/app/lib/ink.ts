/** What a finger wrote. Pure. */

type Point = [number, number]

export interface Pad {
  left: number
  top: number
  width: number
  height: number
}

/** Points as the finger told them, on the screen; where the pad lay comes a moment later, when WeChat has measured it. */
interface Stroke {
  points: Point[]
  pad: Pad | undefined
}

const WRITTEN_FROM = 4 // points: less is a touch, no stroke

export class Ink {
  private strokes: Stroke[] = []

  /** A finger came down; answers where its pad is told. */
  begin(): (pad: Pad) => void {
    const stroke: Stroke = { points: [], pad: undefined }
    this.strokes.push(stroke)
    return (pad) => (stroke.pad = pad)
  }

  extend(x: number, y: number): void {
    this.strokes[this.strokes.length - 1]?.points.push([x, y])
  }

  clear(): void {
    this.strokes = []
  }

  isSigned(): boolean {
    return this.strokes.some(({ points }) => points.length >= WRITTEN_FROM)
  }

  /** The picture of what was written, as large as the pad; empty before anything is. */
  picture(): string {
    const placed = this.strokes.flatMap(({ points, pad }) => (pad && points.length ? [{ points, pad }] : []))
    const last = placed[placed.length - 1]
    if (!last) return ''
    const lines = placed.map(({ points, pad: { left, top } }) => `<polyline points='${points.map(([x, y]) => `${Math.round(x - left)},${Math.round(y - top)}`).join(' ')}'/>`)
    const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 ${last.pad.width} ${last.pad.height}' fill='none' stroke='#14211c' stroke-width='3' stroke-linecap='round'>${lines.join('')}</svg>`
    return `data:image/svg+xml,${encodeURIComponent(svg)}`
  }
}
