/** Where a message leads. Pure. */

import type { Schemas } from './api'

export type Message = Schemas['Message']

const PAGES: Partial<Record<Message['kind'], (subject: string) => string>> = {
  work_accepted: (id) => `/pages/work/index?id=${id}`,
  work_refused: (id) => `/pages/work/index?id=${id}`,
  correction_granted: (id) => `/pages/work/index?id=${id}`,
  correction_declined: (id) => `/pages/work/index?id=${id}`,
  certificate_ending: () => '/pages/certificates/index',
}

/** The page that says more; empty when the message says all. */
export function targetOf({ kind, subject_id }: Pick<Message, 'kind' | 'subject_id'>): string {
  return PAGES[kind]?.(subject_id) ?? ''
}
