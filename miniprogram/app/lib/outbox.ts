/**
 * What happened, kept on this phone until the server holds it. One storage key per record, so that a full or broken key
 * costs nothing else. A record leaves the phone only after the server said what became of it; sending twice is harmless.
 */

import { get, isNoAnswer, isRefused, post, putPhoto, type Schemas } from './api'
import { dayOf, DAY_MS, iso, now, phoneNow } from './clock'
import { newId } from './ids'
import { forget, forgetFile, keep, keysFrom, read, readFile, storageUsed } from './platform'
import { current } from './session'

export type Kind = Schemas['SyncRecord']['kind']
export type Code = Schemas['Exception']['code']

/** kept: on this phone only; sent: the server holds it; then what people make of its visit; stuck: the server said no. */
export type State = 'kept' | 'sent' | 'in_review' | 'accepted' | 'not_accepted' | 'stuck'

export interface Kept {
  id: string
  account: string
  kind: Kind
  visitId: string | null
  record: Record<string, unknown> & { id: string; occurred_at: string }
  state: State
  tries: number
  /** A photo whose bytes are still to be brought. */
  file?: string
  answer?: { status: number; code: string | null; message: string | null; exceptions: Code[] }
}

export type Content = Record<string, unknown> & { occurred_at: string; id?: string }

/** `saved` false: there was no room, the record is in memory only; say that the app must stay open until it is sent. */
export interface Added {
  id: string
  saved: boolean
}

const PREFIX = 'outbox:'
const MOST = 500
const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 10 * 60_000
const KEEP_FINISHED_DAYS = 30
const TIGHT_FROM = 0.9
const FINISHED: readonly State[] = ['accepted', 'not_accepted']
const HELD: readonly State[] = ['sent', 'in_review', 'accepted', 'not_accepted']

const unsaved = new Map<string, Kept>()
const listeners = new Set<() => void>()
let sending: Promise<boolean> | undefined
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** Keep what happened. It is on the phone when this returns; nothing is sent yet. */
export function add(kind: Kind, content: Content, more: { visitId?: string; file?: string } = {}): Added {
  const id = content.id ?? newId(phoneNow())
  const kept: Kept = {
    id,
    account: current()?.account_id ?? '',
    kind,
    visitId: more.visitId ?? null,
    record: { ...content, id },
    state: 'kept',
    tries: 0,
    ...(more.file ? { file: more.file } : {}),
  }
  const saved = write(kept)
  tell()
  return { id, saved }
}

/** This account's records, the oldest first. */
export function records(): Kept[] {
  const account = current()?.account_id ?? ''
  const stored = keysFrom(PREFIX).map((key) => read<Kept>(key))
  return [...stored.filter((kept) => kept && !unsaved.has(kept.id)), ...unsaved.values()]
    .filter((kept): kept is Kept => kept !== undefined && kept.account === account)
    .sort((a, b) => a.record.occurred_at.localeCompare(b.record.occurred_at) || a.id.localeCompare(b.id))
}

export function find(id: string): Kept | undefined {
  return unsaved.get(id) ?? read<Kept>(PREFIX + id)
}

export function waiting(): Kept[] {
  return records().filter((kept) => kept.state === 'kept' || kept.file !== undefined)
}

/** Little room is left: say so before a record finds none. */
export function isTight(): boolean {
  return storageUsed() >= TIGHT_FROM || unsaved.size > 0
}

/** Be told of every change; answers how to stop. */
export function onChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Send what waits, now. True when all of it is held by the server. One sending at a time. */
export function flush(): Promise<boolean> {
  sending ??= sendAll().finally(() => {
    sending = undefined
  })
  return sending
}

/** Send in the background, again and again until all is there. */
export function pump(): void {
  if (timer !== undefined) clearTimeout(timer)
  if (!current()) return
  void flush().then((all) => {
    failures = all ? 0 : failures + 1
    if (!all) timer = setTimeout(pump, waitAfter(failures))
  })
}

/** 5 s, 10 s, 20 s … ten minutes, each a little off, so that phones do not come back all at once. */
export function waitAfter(failed: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failed - 1)) * (0.8 + 0.4 * random())
}

async function sendAll(): Promise<boolean> {
  try {
    for (let batch = next(); batch.length; batch = next()) await sendBatch(batch)
    for (const kept of waiting()) if (kept.file && kept.state !== 'kept' && kept.state !== 'stuck') await bring(kept)
  } catch (error) {
    // No network, a busy server, a session to renew: what was not answered stays as it is.
    if (!isNoAnswer(error) && !isRefused(error)) throw error
    return false
  } finally {
    tell()
  }
  return !waiting().some((kept) => kept.state === 'kept')
}

/** Those not tried in this round come first, so that one that fails for ever holds nobody up. */
function next(): Kept[] {
  return records().filter((kept) => kept.state === 'kept' && !isPostponed(kept)).slice(0, MOST)
}

const postponed = new Map<string, number>()
function isPostponed(kept: Kept): boolean {
  return (postponed.get(kept.id) ?? 0) > phoneNow()
}

async function sendBatch(batch: Kept[]): Promise<void> {
  const told = batch.map(({ kind, visitId, record }) => ({ kind, visit_id: visitId, record }))
  const { answers } = await post('/api/v1/sync', { records: told }, { headers: { 'Phone-Sent-At': iso(phoneNow()) } })
  batch.forEach((kept, place) => take(kept, answers[place]))
}

function take(kept: Kept, answer: Schemas['SyncAnswer'] | undefined): void {
  if (!answer || answer.id !== kept.id || isPassing(answer.status)) {
    postponed.set(kept.id, phoneNow() + waitAfter(kept.tries + 1))
    write({ ...kept, tries: kept.tries + 1 })
    return
  }
  const { status, code, message, exceptions } = answer
  write({ ...kept, state: status < 300 ? 'sent' : 'stuck', tries: kept.tries + 1, answer: { status, code, message, exceptions } })
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408
}

async function bring(kept: Kept): Promise<void> {
  const { file, ...held } = kept
  await putPhoto(kept.id, await readFile(file ?? ''))
  write(held)
  forgetFile(file ?? '')
}

/** What the phone and the server hold of the account's records of a day, kind by kind. */
export interface Counts {
  phone: number
  server: number
  missing: number
}

type Counted = Exclude<keyof Schemas['SentCounts'], 'photo_contents'>
const COUNTED: Partial<Record<Kind, Counted>> = {
  clock_in: 'clock_events',
  clock_out: 'clock_events',
  clock_event: 'clock_events',
  item: 'items',
  care_day: 'care_days',
  photo: 'photos',
}

/** Compare the day's counts with the server's. Records that it should hold and does not are kept again, to be sent. */
export async function compare(day: string = dayOf(now())): Promise<Counts> {
  const server = await get('/api/v1/sent-records', { query: { day_from: day, day_to: day } })
  const ofDay = records().filter(({ kind, record }) => COUNTED[kind] && dayOf(Date.parse(record.occurred_at)) === day)
  const result = counted(ofDay, server)
  for (const kept of ofDay) {
    const kind = COUNTED[kept.kind]
    if (kind && result.short.includes(kind) && HELD.includes(kept.state)) write({ ...kept, state: 'kept' })
  }
  if (result.short.length) tell()
  return result
}

/** The sum of both sides, and the kinds of which the server has fewer. Another phone's records make it have more. Pure. */
export function counted(kept: readonly Kept[], server: Schemas['SentCounts']): Counts & { short: Counted[] } {
  const kinds: Counted[] = ['clock_events', 'items', 'care_days', 'photos']
  const phone = (kind: Counted) => kept.filter((each) => COUNTED[each.kind] === kind && each.state !== 'stuck').length
  const held = (kind: Counted) => kept.filter((each) => COUNTED[each.kind] === kind && HELD.includes(each.state)).length
  const sum = (of: (kind: Counted) => number) => kinds.reduce((total, kind) => total + of(kind), 0)
  return {
    phone: sum(phone),
    server: sum((kind) => server[kind]),
    missing: sum((kind) => Math.max(0, phone(kind) - server[kind])),
    short: kinds.filter((kind) => server[kind] < held(kind)),
  }
}

/** Ask what became of the visits and care days whose records were sent. */
export async function review(): Promise<void> {
  const open = records().filter((kept) => ['sent', 'in_review'].includes(kept.state))
  const facts = new Set(open.map(factOf).filter((id) => id !== null))
  for (const id of facts) {
    const state = await standing(id)
    if (!state) continue
    for (const kept of open) if (factOf(kept) === id && kept.state !== state) write({ ...kept, state })
  }
  prune()
  tell()
}

/** Undefined where this role may not read it, or it is not judged yet. */
async function standing(id: string): Promise<State | undefined> {
  try {
    return stateOf((await get('/api/v1/facts/{fact_id}', { path: { fact_id: id } })).standing)
  } catch (error) {
    if (isRefused(error) && !error.isPassing) return undefined
    throw error
  }
}

function factOf(kept: Kept): string | null {
  return kept.kind === 'care_day' ? kept.id : kept.visitId
}

/** What a fact's standing makes of its records. Pure. */
export function stateOf(stands: Schemas['Fact']['standing']): State {
  return ({ open: 'sent', held: 'in_review', accepted: 'accepted', refused: 'not_accepted' } as const)[stands]
}

/** Let go of what is decided and old, and with `all` of everything that is decided. */
function prune(all = false): void {
  const before = iso(now() - KEEP_FINISHED_DAYS * DAY_MS)
  for (const key of keysFrom(PREFIX)) {
    const kept = read<Kept>(key)
    if (kept && !kept.file && FINISHED.includes(kept.state) && (all || kept.record.occurred_at < before)) forget(key)
  }
}

function write(kept: Kept): boolean {
  for (const room of [() => undefined, () => prune(true), dropCaches]) {
    room()
    try {
      keep(PREFIX + kept.id, kept)
      unsaved.delete(kept.id)
      return true
    } catch {
      continue // no room yet
    }
  }
  unsaved.set(kept.id, kept)
  return false
}

function dropCaches(): void {
  for (const key of keysFrom('cache:')) forget(key)
}

function tell(): void {
  for (const listener of [...listeners]) listener()
}
