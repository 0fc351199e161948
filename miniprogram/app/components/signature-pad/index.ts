/** Write a name with a finger. Tells `change {isSigned}`; the strokes stay on this page, the record says only that it was signed. */

type Touch = { touches: { clientX: number; clientY: number }[] }
type Point = [number, number]

Component({
  properties: { hint: String, clearText: String },
  data: { picture: '', strokes: [] as Point[][], width: 1, height: 1, left: 0, top: 0 },
  methods: {
    begin(event: Touch) {
      this.createSelectorQuery()
        .select('#pad')
        .boundingClientRect((rect) => {
          const { width, height, left, top } = rect as { width: number; height: number; left: number; top: number }
          this.data.strokes.push([])
          Object.assign(this.data, { width, height, left, top })
          this.extend(event)
        })
        .exec()
    },
    extend({ touches }: Touch) {
      const touch = touches[0]
      const stroke = this.data.strokes[this.data.strokes.length - 1]
      if (!touch || !stroke) return
      stroke.push([Math.round(touch.clientX - this.data.left), Math.round(touch.clientY - this.data.top)])
      this.draw()
    },
    end() {
      this.triggerEvent('change', { isSigned: this.data.strokes.some((stroke) => stroke.length > 3) })
    },
    clear() {
      this.data.strokes.length = 0
      this.setData({ picture: '' })
      this.triggerEvent('change', { isSigned: false })
    },
    draw() {
      const { width, height, strokes } = this.data
      const paths = strokes.map((stroke) => `<polyline points='${stroke.map((point) => point.join(',')).join(' ')}'/>`).join('')
      const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 ${width} ${height}' fill='none' stroke='#14211c' stroke-width='3' stroke-linecap='round'>${paths}</svg>`
      this.setData({ picture: `data:image/svg+xml,${encodeURIComponent(svg)}` })
    },
  },
})
