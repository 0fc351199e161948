import { Ink, type Pad } from '../../lib/ink'

/** Write a name with a finger. Tells `change {isSigned}`; the strokes stay on this page, the record says only that it was signed. */

type Touch = { touches: { clientX: number; clientY: number }[] }

const DRAW_MS = 50 // a picture goes to the screen as a whole: not with every touch

Component({
  properties: { hint: String, clearText: String },
  data: { picture: '', ink: new Ink(), timer: 0 },
  lifetimes: {
    attached() {
      this.data.ink = new Ink()
    },
    detached() {
      this.rest()
    },
  },
  methods: {
    begin(event: Touch) {
      const place = this.data.ink.begin()
      this.extend(event)
      this.createSelectorQuery()
        .select('#pad')
        .boundingClientRect((rect) => {
          place(rect as Pad)
          this.drawSoon()
        })
        .exec()
    },
    extend({ touches }: Touch) {
      if (!touches[0]) return
      this.data.ink.extend(touches[0].clientX, touches[0].clientY)
      this.drawSoon()
    },
    end() {
      this.triggerEvent('change', { isSigned: this.data.ink.isSigned() })
    },
    clear() {
      this.rest()
      this.data.ink.clear()
      this.setData({ picture: '' })
      this.triggerEvent('change', { isSigned: false })
    },
    drawSoon() {
      this.data.timer ||= setTimeout(() => {
        this.data.timer = 0
        this.setData({ picture: this.data.ink.picture() })
      }, DRAW_MS)
    },
    rest() {
      clearTimeout(this.data.timer)
      this.data.timer = 0
    },
  },
})
