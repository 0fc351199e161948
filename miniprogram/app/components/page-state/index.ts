import { common } from '../../lib/texts'
import { isSimulated, open } from '../../lib/platform'
import { role } from '../../lib/session'

/**
 * Around a page's content. States: loading, ready, offline (content as seen last), error, denied. Tells `again`.
 * A carer's page has the way to the call for help on top; the call itself is made there, so that no slip makes one.
 */
Component({
  properties: {
    state: { type: String, value: 'loading' },
    /** The server's sentence, or when offline: since when. */
    text: String,
    /** No way to the call for help: the phone is in somebody else's hand, or this is that page. */
    withoutHelp: Boolean,
  },
  data: { words: common(), isDemo: false, isCarer: false },
  lifetimes: {
    attached() {
      const who = role()
      this.setData({ words: common(), isDemo: isSimulated(), isCarer: who === 'carer' || who === 'family_carer' })
    },
  },
  methods: {
    again() {
      this.triggerEvent('again')
    },
    openHelp() {
      open('/pages/help/index')
    },
  },
})
