/** Photos that were taken, and a place for the next. Tells `add` and `remove {place}`. */
Component({
  properties: {
    /** [{ path, state }] */
    photos: { type: Array, value: [] as { path: string; state: string }[] },
    most: { type: Number, value: 6 },
    addText: String,
    disabled: Boolean,
  },
  methods: {
    add() {
      if (!this.data.disabled) this.triggerEvent('add')
    },
    remove(event: { currentTarget: { dataset: { place: number } } }) {
      if (!this.data.disabled) this.triggerEvent('remove', { place: event.currentTarget.dataset.place })
    },
  },
})
