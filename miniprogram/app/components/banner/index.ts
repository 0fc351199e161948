import { canSpeak, speak } from '../../lib/platform'
import { language } from '../../lib/settings'
import { common } from '../../lib/texts'

/**
 * What has to be said on top: tones info, warn, bad, good. `action` is a button's text, told by `press`. One with a
 * title says a state, and can be read aloud where the phone can.
 */
Component({
  properties: { tone: { type: String, value: 'info' }, title: String, text: String, action: String },
  data: { canSpeak: false, aloud: common().aloud },
  lifetimes: {
    attached() {
      this.setData({ canSpeak: canSpeak(), aloud: common().aloud })
    },
  },
  methods: {
    press() {
      this.triggerEvent('press')
    },
    speak() {
      speak(`${this.data.title}。${this.data.text}`, language() === 'en' ? 'en_US' : 'zh_CN')
    },
  },
})
