/** A number changed by two large keys. Tells `change {value}`. */
Component({
  properties: {
    label: String,
    value: Number,
    min: { type: Number, value: 0 },
    max: { type: Number, value: 999 },
    step: { type: Number, value: 1 },
    unit: String,
  },
  methods: {
    less() {
      this.go(-1)
    },
    more() {
      this.go(1)
    },
    go(direction: number) {
      const { value, min, max, step } = this.data
      const next = Math.min(max, Math.max(min, Math.round((value + direction * step) * 10) / 10))
      if (next !== value) this.triggerEvent('change', { value: next })
    },
  },
})
