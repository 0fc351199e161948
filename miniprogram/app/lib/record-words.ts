/** How a record's state and kind are called. */

import type { Kept, Kind, State } from './outbox'
import { wording } from './texts'

export const STATE_TONES: Record<State, string> = {
  kept: 'kept',
  sent: 'sent',
  in_review: 'wait',
  accepted: 'good',
  not_accepted: 'bad',
  stuck: 'bad',
}

export const stateWords = wording<State>(
  { kept: '在手机里', sent: '已发出', in_review: '核实中', accepted: '已通过', not_accepted: '没有通过', stuck: '没发成' },
  { kept: 'on this phone', sent: 'sent', in_review: 'in review', accepted: 'accepted', not_accepted: 'not accepted', stuck: 'not taken' },
)

const kindWords = wording<Kind>(
  {
    clock_in: '签到', clock_out: '签退', clock_event: '打卡', item: '服务项目', checks: '服务前核对', attempt: '没能开始',
    stated_end: '补签退', confirmation: '服务确认', care_day: '照护日', help_call: '一键求助', photo: '照片',
    shift_note: '交接留言', incident: '意外报告', notice: '家庭情况', vital_signs: '体征', away_word: '离家说明', tag_scan: '入户码', remark: '补充说明',
    rating: '服务评价',
  },
  {
    clock_in: 'Clock-in', clock_out: 'Clock-out', clock_event: 'Clock event', item: 'Service item', checks: 'Checks', attempt: 'Could not start',
    stated_end: 'Stated end', confirmation: 'Confirmation', care_day: 'Care day', help_call: 'Call for help', photo: 'Photo',
    shift_note: 'Note for the next carer', incident: 'Incident', notice: 'Family news', vital_signs: 'Vital signs', away_word: 'Where it was', tag_scan: 'Home tag', remark: 'Explanation',
    rating: 'Rating',
  },
)

/** How a record is called; a tap by whether somebody came or went. */
export function kindName({ kind, record }: Pick<Kept, 'kind' | 'record'>): string {
  const tap = kind === 'clock_event' && ({ in: 'clock_in', out: 'clock_out' } as const)[String(record['kind']) as 'in' | 'out']
  return kindWords()[tap || kind]
}
