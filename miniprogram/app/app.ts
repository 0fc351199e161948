import { onNetwork, onShown, restart } from './lib/platform'
import { prune, pump } from './lib/outbox'
import { onSessionLost } from './lib/session'
import { recoverTaps } from './lib/tapping'

App({
  onLaunch() {
    onNetwork((isConnected) => isConnected && pump())
    onShown(pump)
    onSessionLost(() => restart('/pages/login/index'))
    recoverTaps()
    prune()
    pump()
  },
})
