/** A line of a list. With `arrow` it can be tapped: `bindtap` on it. */
Component({
  options: { multipleSlots: true },
  properties: { title: String, note: String, value: String, arrow: Boolean },
})
