/** Nothing here, and what to do. */
Component({
  properties: { title: String, text: String, action: String },
  methods: {
    press() {
      this.triggerEvent('press')
    },
  },
})
