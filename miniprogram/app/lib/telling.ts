/** What a family can tell of where somebody is, by what is known already. Pure. */

import type { Schemas } from './api'

export type NoticeKind = Schemas['Notice']['kind']
export type Notice = Schemas['Notice']
type Place = Schemas['Stay']['kind']

const OUT: Record<Place, NoticeKind> = { hospital: 'hospital_in', travel: 'travel_out', institution: 'institution_in' }
const BACK: Record<Place, NoticeKind> = { hospital: 'hospital_out', travel: 'travel_back', institution: 'institution_out' }
export const MODES = ['wants_home', 'wants_community', 'wants_institution'] as const satisfies readonly NoticeKind[]

/** For each place whether going or coming back can be told: the newest word counts before the registry knows of it. */
export function tellable(stays: readonly Schemas['Stay'][], told: readonly Pick<Notice, 'kind' | 'state' | 'day' | 'occurred_at'>[], today: string): NoticeKind[] {
  const open = told.filter(({ state }) => state === 'open').sort((a, b) => a.occurred_at.localeCompare(b.occurred_at))
  return (['hospital', 'travel', 'institution'] as const).map((place) => {
    const last = open.filter(({ kind }) => kind === OUT[place] || kind === BACK[place]).pop()
    const isAway = last ? last.kind === OUT[place] : stays.some((stay) => stay.kind === place && isAwayOn(stay, today))
    return isAway ? BACK[place] : OUT[place]
  })
}

function isAwayOn(stay: Schemas['Stay'], day: string): boolean {
  return stay.admitted_on <= day && (stay.discharged_on === null || stay.discharged_on > day)
}
