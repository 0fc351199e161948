const REST_MS = 600 // the second tap of a double tap comes sooner, and WeChat draws a page only after it

Component({
  properties: {
    text: String,
    /** main, plain, quiet or danger */
    kind: { type: String, value: 'main' },
    disabled: Boolean,
    busy: Boolean,
  },
  data: { isResting: false },
  methods: {
    /** A second tap does nothing, whatever the button has come to say meanwhile. */
    press() {
      if (this.data.disabled || this.data.busy || this.data.isResting) return
      this.setData({ isResting: true })
      setTimeout(() => this.setData({ isResting: false }), REST_MS)
      this.triggerEvent('press')
    },
  },
})
