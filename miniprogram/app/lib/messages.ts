/** Where a message leads, and what is new. Pure. */

import type { Schemas } from './api'

export type Message = Schemas['Message']

const PAGES: Partial<Record<Message['kind'], (subject: string) => string>> = {
  work_accepted: (id) => `/pages/work/index?id=${id}`,
  work_refused: (id) => `/pages/work/index?id=${id}`,
  correction_granted: (id) => `/pages/work/index?id=${id}`,
  correction_declined: (id) => `/pages/work/index?id=${id}`,
  certificate_ending: () => '/pages/certificates/index',
  payout_paid: () => '/pages/payouts/index',
  payout_failed: () => '/pages/payouts/index',
  payout_returned: () => '/pages/payouts/index',
}

/** The page that says more; empty when the message says all. */
export function targetOf({ kind, subject_id }: Pick<Message, 'kind' | 'subject_id'>): string {
  return PAGES[kind]?.(subject_id) ?? ''
}

/** The newest message that was not read, and how many there are; they come with the newest in front. */
export function newsOf(messages: readonly Pick<Message, 'text' | 'is_read'>[]): { text: string; count: number } | null {
  const unread = messages.filter(({ is_read }) => !is_read)
  return unread[0] ? { text: unread[0].text, count: unread.length } : null
}
