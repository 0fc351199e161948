/** The agency's number: nobody keeps it but this phone, where it is asked for once. */

import { ask, call, keep, read } from './platform'
import { wording } from './texts'

const KEY = 'settings:agency-phone'
const words = wording(
  { title: '机构电话', hint: '填一次，以后直接拨打', yes: '拨打', no: '取消' },
  { title: 'The agency’s number', hint: 'Enter it once', yes: 'Call', no: 'Cancel' },
)

export async function callAgency(): Promise<void> {
  const known = read<string>(KEY)
  if (known) return call(known)
  const { title, hint, yes, no } = words()
  const number = (await ask(title, hint, yes, no))?.replace(/[^\d+]/g, '') ?? ''
  if (number.length < 3) return
  keep(KEY, number)
  call(number)
}
