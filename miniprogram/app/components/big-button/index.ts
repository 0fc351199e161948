Component({
  properties: {
    text: String,
    /** main, plain, quiet or danger */
    kind: { type: String, value: 'main' },
    disabled: Boolean,
    busy: Boolean,
  },
  methods: {
    press() {
      if (!this.data.disabled && !this.data.busy) this.triggerEvent('press')
    },
  },
})
