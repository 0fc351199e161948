/** What has to be said on top: tones info, warn, bad, good. `action` is a button's text, told by `press`. */
Component({
  properties: { tone: { type: String, value: 'info' }, title: String, text: String, action: String },
  methods: {
    press() {
      this.triggerEvent('press')
    },
  },
})
