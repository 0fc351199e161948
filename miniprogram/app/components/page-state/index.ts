import { common } from '../../lib/texts'
import { isSimulated } from '../../lib/platform'

/** Around a page's content. States: loading, ready, offline (content as seen last), error, denied. Tells `again`. */
Component({
  properties: {
    state: { type: String, value: 'loading' },
    /** The server's sentence, or when offline: since when. */
    text: String,
  },
  data: { words: common(), isDemo: false },
  lifetimes: {
    attached() {
      this.setData({ words: common(), isDemo: isSimulated() })
    },
  },
  methods: {
    again() {
      this.triggerEvent('again')
    },
  },
})
