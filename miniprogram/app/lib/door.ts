/** What is asked and told at the door: which state the screen shows, what its buttons do, what else is open. Pure. */

import type { Schemas } from './api'
import type { Around, Visit } from './cache'
import { beginOf } from './cache'
import type { Cards } from './cards'
import { dayOf } from './clock'
import { placeOf } from './geo'
import type { Code, Kept } from './outbox'
import type { PhoneFix } from './platform'
import type { StateName } from './states'
import type { Tapped } from './tapping'
import { isTakenBack, stageOf, tappedAt } from './visits'

export type PlaceReason = Schemas['AwayTold']['case']
export type Deed =
  | PlaceReason
  | 'next'
  | 'scan'
  | 'settings'
  | 'call'
  | 'at_home'
  | 'digits'
  | 'left_then'
  | 'left_at'
  | 'go_back'
  | 'not_known'
  | 'why_all'
  | 'confirm'
  | 'partner'

/** What the buttons of a state do, in the order of its texts. */
export const DEEDS: Partial<Record<StateName, readonly Deed[]>> = {
  inside: ['next'],
  uncertain: ['scan', 'next'],
  outside: ['at_door', 'address_wrong', 'elsewhere', 'not_there_yet'],
  noLocation: ['settings', 'scan', 'call'],
  approximate: ['settings', 'scan'],
  offline: ['next'],
  serverDown: ['next'],
  twice: ['next'],
  clockWrong: ['next'],
  stopped: ['call', 'at_home'],
  newPhone: ['digits', 'call'],
  forgotten: ['left_then', 'left_at', 'not_known'],
  stillOpen: ['left_then', 'left_at', 'go_back'],
  early: ['next', 'why_all'],
}

const STOPPED: readonly Code[] = ['not_entitled', 'entitlement_suspended', 'in_hospital', 'client_died']
const NEW_PHONE: readonly Code[] = ['new_device', 'device_of_other']

/** What the screen says after a clock-in, one after the other: where she is, then what else she has to know. */
export function statesAfter(tapped: Pick<Tapped, 'place' | 'codes' | 'became' | 'why'>, isWrongClock: boolean, isAgain = false): StateName[] {
  const has = (wanted: readonly Code[]) => wanted.some((code) => tapped.codes.includes(code))
  return [
    ...(tapped.codes.includes('repeated_event') && !isAgain ? (['twice'] as const) : placeStates(tapped)),
    ...(has(STOPPED) ? (['stopped'] as const) : []),
    ...(has(NEW_PHONE) ? (['newPhone'] as const) : []),
    ...(isWrongClock ? (['clockWrong'] as const) : []),
  ]
}

/** Without an answer the time is kept; that there is no position the phone knows by itself. */
function placeStates({ place, became, why }: Pick<Tapped, 'place' | 'became' | 'why'>): StateName[] {
  if (place) return [place === 'none' ? 'noLocation' : place]
  return [became === 'noAnswer' ? 'serverDown' : 'offline', ...(why ? (['noLocation'] as const) : [])]
}

/** The clock-in on this phone that the home tag would speak for: the last one, unless she was inside or has scanned it. */
export function tapToProve(visitId: string, kept: readonly Kept[]): string | undefined {
  const own = kept.filter((each) => each.visitId === visitId && each.state !== 'stuck')
  const last = own.filter(({ kind }) => kind === 'clock_in').pop()
  const isScanned = own.some(({ kind, record }) => kind === 'tag_scan' && record['event_id'] === last?.id)
  const isProven = !last || isScanned || isInside(last) || isTakenBack(visitId, kept)
  return isProven ? undefined : last.id
}

function isInside({ answer, record }: Kept): boolean {
  return answer !== undefined && placeOf(answer.exceptions, (record['fix'] as PhoneFix | null | undefined) ?? null) === 'inside'
}

/** Another visit of hers that she has not left: of today, or of a day before. A couple's other visit is none. */
export function otherOpen(
  visit: Visit,
  all: readonly Visit[],
  kept: readonly Kept[],
  homes: Cards,
  at: number,
): { visit: Visit; state: 'stillOpen' | 'forgotten' } | undefined {
  const other = all.find((each) => each.id !== visit.id && stageOf(each, kept) === 'begun' && !isSameHome(each, visit, homes))
  if (!other) return undefined
  return { visit: other, state: dayOf(beginOf(other)) < dayOf(at) ? 'forgotten' : 'stillOpen' }
}

/** When she most likely left: the planned end, or ten minutes ago where that lies ahead. Never before she came. */
export function likelyEnd(visit: Visit, kept: readonly Kept[], at: number): number {
  const planned = visit.planned_to ? Date.parse(visit.planned_to) : at
  const end = planned <= at ? planned : Math.floor((at - 600_000) / 600_000) * 600_000
  const began = tappedAt(visit, kept, 'clock_in')
  return Math.max(end, Math.min(at, (began ? Date.parse(began) : end) + 60_000))
}

/** The instant of a time of day that was chosen, on the day of the visit, never ahead of now. */
export function chosenEnd(visit: Visit, time: string, at: number): number {
  return Math.min(at, Date.parse(`${dayOf(beginOf(visit))}T${time}:00+08:00`))
}

const APART_MS = 2 * 3_600_000

/** The next visit at the same address to somebody else, planned for about the end of this one: of a couple, in one go. */
export function nextAtHome(visit: Visit, all: readonly Visit[], kept: readonly Kept[], homes: Cards): Visit | undefined {
  const end = visit.planned_to ? Date.parse(visit.planned_to) : beginOf(visit)
  return all.find((each) => stageOf(each, kept) === 'planned' && Math.abs(beginOf(each) - end) <= APART_MS && isSameHome(each, visit, homes))
}

function isSameHome(one: Visit, other: Visit, homes: Cards): boolean {
  const addresses = (visit: Visit) => homes[visit.client_id]?.places.map(({ address }) => address) ?? []
  return one.client_id !== other.client_id && addresses(one).some((address) => addresses(other).includes(address))
}

export type StopReason = 'hospital' | 'institution' | 'travel' | 'suspended' | 'ended' | 'died'

interface Dated {
  valid_from: string
  valid_to: string | null
}
type Rights = Pick<Schemas['ClientDetail'], 'stays' | 'suspensions' | 'entitlements'>
const NO_RIGHTS: Rights = { stays: [], suspensions: [], entitlements: [] }
const holdsOn = (on: string) => (each: Dated) => each.valid_from <= on && (each.valid_to === null || on < each.valid_to)

/** Why and from what day a client has no benefit on a day, as far as the carer may know. */
export function stopOf(codes: readonly Code[], of: Rights | undefined, on: string): { day: string; reason: StopReason } {
  const { stays, suspensions, entitlements } = of ?? NO_RIGHTS
  if (codes.includes('client_died')) return { day: on, reason: 'died' }
  if (codes.includes('in_hospital')) return stayOf(stays, on)
  if (codes.includes('entitlement_suspended')) return { day: suspensions.find(holdsOn(on))?.valid_from ?? on, reason: 'suspended' }
  return { day: lastEnd(entitlements, on) ?? on, reason: 'ended' }
}

function stayOf(stays: readonly Schemas['Stay'][], on: string): { day: string; reason: StopReason } {
  const stay = stays.find((each) => holdsOn(on)({ valid_from: each.admitted_on, valid_to: each.discharged_on }))
  return { day: stay?.admitted_on ?? on, reason: stay?.kind ?? 'hospital' }
}

function lastEnd(rights: readonly Dated[], on: string): string | undefined {
  return rights.flatMap(({ valid_to }) => (valid_to !== null && valid_to <= on ? [valid_to] : [])).sort().pop()
}

/** Items of the catalogue that a carer may do and this visit's plan does not have. */
export function beyondPlan(visit: Visit, about: Around): Schemas['ServiceItem'][] {
  const planned = new Set((about.plans[visit.plan_id ?? '']?.items ?? []).map(({ item_code }) => item_code))
  return Object.values(about.items)
    .filter(({ code, is_active, staff_kinds }) => is_active && staff_kinds.includes('carer') && !planned.has(code))
    .sort((a, b) => a.code.localeCompare(b.code))
}
