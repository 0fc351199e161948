/**
 * What a state says and what can be done: tells `act {place}`; the button at `pickAt` asks for a time: `pick {value}`.
 * More than three are one question with its answers, a list.
 */
Component({
  properties: {
    tone: { type: String, value: 'info' },
    title: String,
    text: String,
    actions: { type: Array, value: [] as string[] },
    pickAt: { type: Number, value: -1 },
    pickValue: String,
  },
  methods: {
    act({ currentTarget }: { currentTarget: { dataset: { place: number } } }) {
      this.triggerEvent('act', { place: currentTarget.dataset.place })
    },
    pick({ detail }: { detail: { value: string } }) {
      this.triggerEvent('pick', { value: detail.value })
    },
  },
})
