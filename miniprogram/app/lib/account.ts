/** Who acts on this phone: other roles, and leaving it without losing a record. */

import { isNoAnswer, isRefused } from './api'
import { isOfRole, waiting } from './outbox'
import { HOME } from './page'
import { forget, keysFrom } from './platform'
import { logOut, type Role, type Session } from './session'
import { wording } from './texts'

const NAMED: readonly Role[] = ['carer', 'family_carer', 'guardian']

const words = wording<'carer' | 'family_carer' | 'guardian' | 'other'>(
  { carer: '护理员', family_carer: '亲情照护人员', guardian: '监护人', other: '工作人员（请用电脑）' },
  { carer: 'Carer', family_carer: 'Family carer', guardian: 'Guardian', other: 'Staff (on a computer)' },
)

export function roleName(role: Role): string {
  return NAMED.includes(role) ? words()[role as 'carer' | 'family_carer' | 'guardian'] : words().other
}

export interface RoleLine {
  id: string
  name: string
  home: string
  isNow: boolean
}

/** The roles this phone has pages for, and the one that acts now. Pure. */
export function rolesOf(session: Session, homes: Partial<Record<Role, string>> = HOME): RoleLine[] {
  return session.grants
    .map(({ id, role }) => ({ id, name: roleName(role), home: homes[role] ?? '', isNow: id === session.grant.id }))
    .filter(({ home, isNow }) => home || isNow)
}

/** How many records of this role have to be sent before a switch: no other role may bring them. Those of his other roles wait for theirs. */
export function unsentOfRole(): number {
  return waiting().filter(isOfRole).length
}

/** Log out, also without a network. What was read of clients leaves the phone; records and drafts stay for this account. */
export async function leave(session: Session): Promise<void> {
  try {
    await logOut()
  } catch (error) {
    if (!isNoAnswer(error) && !isRefused(error)) throw error
  }
  for (const read of ['cache', 'called']) for (const key of keysFrom(`${read}:${session.account_id}:`)) forget(key)
}
