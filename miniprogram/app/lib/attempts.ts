/** “Cannot start today”: what the screen says once the reason was told. */

import type { Kept } from './outbox'
import { told, type Told } from './states'
import { common, wording } from './texts'

/** In the order of the buttons of the state `cannotStart`. */
export const REASONS = ['nobody_opens', 'in_hospital', 'declined', 'client_died', 'unsafe'] as const
export type AttemptReason = (typeof REASONS)[number]

const words = wording(
  {
    sent: '机构知道了', call: '打电话给机构', kept: '没有网，已存在手机里', keptText: '到了有网的地方会发出去。请先打电话告诉机构。',
    notKept: '这一条还没存住', downText: '后台好了会自动发出去，不用重做。请先打电话告诉机构。', refused: '后台没有收下',
    nobody_opens: '请在门口等 10 分钟，再敲一次门。开了门，回去点签到就行。',
    in_hospital: '不用等了。机构会问清住院的日子。',
    declined: '不用等了。机构会打电话给家属。',
    client_died: '请节哀。机构会联系家属，您可以离开。',
    unsafe: '请先离开，到安全的地方。有危险就打 110。',
  },
  {
    sent: 'The agency knows', call: 'Call the agency', kept: 'No network, kept on the phone', keptText: 'It is sent where there is a network. Please call the agency first.',
    notKept: 'Not kept yet', downText: 'It is sent by itself when the server is back, nothing to redo. Please call the agency first.', refused: 'The server did not take it',
    nobody_opens: 'Please wait ten minutes and knock again. If the door opens, go back and clock in.',
    in_hospital: 'You need not wait. The agency asks for the days in hospital.',
    declined: 'You need not wait. The agency calls the family.',
    client_died: 'We are sorry. The agency speaks to the family; you may leave.',
    unsafe: 'Please leave first and go where it is safe. In danger call 110.',
  },
)

/** What became of it: taken, refused with the server's sentence, or still on the phone, because of the network or not. Pure. */
export function afterAttempt(
  answer: Pick<NonNullable<Kept['answer']>, 'status' | 'message'> | undefined,
  { reason, saved, isOnline }: { reason: AttemptReason; saved: boolean; isOnline: boolean },
): Told & { tone: 'good' | 'warn' } {
  const w = words()
  const actions = [w.call, common().gotIt]
  if (answer && answer.status < 300) return { title: w.sent, body: w[reason], actions, tone: 'good' }
  if (answer) return { title: w.refused, body: answer.message ?? '', actions, tone: 'warn' }
  if (!saved) return { title: w.notKept, body: common().storageFull, actions, tone: 'warn' }
  const down = { title: told('serverDown', { time: '' }).title, body: w.downText }
  return { ...(isOnline ? down : { title: w.kept, body: w.keptText }), actions, tone: 'warn' }
}
