/** A check of the carer's face, where WeChat offers one. Without it nothing waits: she clocks in as usual. */

import { isNoAnswer, isRefused, post } from './api'
import { iso, phoneNow } from './clock'
import { newId } from './ids'
import { canCheckFace, verifyFace } from './platform'

/** Never passed by the phone's word: `matched` comes from the server alone. */
export type FaceState = 'not_available' | 'matched' | 'not_matched' | 'waiting'

export async function checkFace(visitId: string): Promise<FaceState> {
  if (!canCheckFace()) return 'not_available'
  try {
    const wanted = { id: newId(phoneNow()), visit_id: visitId, occurred_at: iso(phoneNow()) }
    const { id, token } = await post('/api/v1/face-checks', wanted, { key: wanted.id })
    if (!token || !(await verifyFace(token))) return 'not_available'
    const { state } = await post('/api/v1/face-checks/{face_check_id}/result', undefined, { path: { face_check_id: id } })
    return state === 'unavailable' ? 'not_available' : state
  } catch (error) {
    if (isNoAnswer(error) || isRefused(error)) return 'not_available'
    throw error
  }
}
