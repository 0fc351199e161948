/** One thing to do: a tap on the line ticks it, the button beside it says that it was not done. */
Component({
  properties: {
    text: String,
    note: String,
    /** open, done, not_done or refused */
    outcome: { type: String, value: 'open' },
    why: String,
    /** Text of the button beside it; none without. */
    other: String,
    disabled: Boolean,
  },
  methods: {
    toggle() {
      if (!this.data.disabled) this.triggerEvent('tick', { done: this.data.outcome !== 'done' })
    },
    tellWhy() {
      if (!this.data.disabled) this.triggerEvent('why')
    },
  },
})
