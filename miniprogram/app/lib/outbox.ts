/**
 * What happened, kept on this phone until the server holds it. One storage key per record, so that a full or broken key
 * costs nothing else; read once, then held in memory, and every write goes through to the storage. A record leaves the
 * phone only after the server said what became of it; sending twice is harmless.
 */

import { isNoAnswer, isRefused, post, putPhoto, type Refused, type Schemas } from './api'
import './cache' // which makes room for records
import { DAY_MS, iso, now, phoneNow } from './clock'
import { newId } from './ids'
import { forget, forgetFile, keep, keysFrom, onFull, read, readFile, StorageFull, storageUsed } from './platform'
import { current, holder } from './session'

export type Kind = Schemas['SyncRecord']['kind']
export type Code = Schemas['Exception']['code']

/** kept: on this phone only; sent: the server holds it; then what people make of its visit; stuck: the server said no. */
export type State = 'kept' | 'sent' | 'in_review' | 'accepted' | 'not_accepted' | 'stuck'

export interface Kept {
  id: string
  account: string
  /** The role it was made in: only that one may bring it. */
  grant?: string
  kind: Kind
  visitId: string | null
  record: Record<string, unknown> & { id: string; occurred_at: string }
  state: State
  tries: number
  /** A photo whose bytes are still to be brought. */
  file?: string
  answer?: { status: number; code: string | null; message: string | null; exceptions: Code[]; distance_m?: number | null }
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
const HELD: readonly State[] = [...FINISHED, 'sent'] // nobody judges a notice or a call for help: they stay `sent`
const UNFIT = [400, 413, 422] // the content is at fault, not the moment, the person or the way
/** Told to nobody by the server: the bytes of a photo are gone from this phone. */
export const FILE_GONE = 'file_gone'

let held: Map<string, Kept> | undefined
const unsaved = new Set<string>()
const listeners = new Set<() => void>()
let sending: Promise<boolean> | undefined
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined
let nextAt: number | undefined
let isPumping = false
onFull(() => prune(true))

/** Keep what happened. It is on the phone when this returns; nothing is sent yet. */
export function add(kind: Kind, content: Content, more: { visitId?: string; file?: string } = {}): Added {
  const id = content.id ?? newId(phoneNow())
  const kept: Kept = {
    id,
    account: '',
    ...holder(),
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

/** The records of whoever holds this phone, the oldest first. */
export function records(): Kept[] {
  const account = holder()?.account ?? ''
  return [...onPhone().values()]
    .filter((kept) => kept.account === account)
    .sort((a, b) => compared(a.record.occurred_at, b.record.occurred_at) || compared(a.id, b.id))
}

function compared(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

function onPhone(): Map<string, Kept> {
  if (held) return held
  const stored = keysFrom(PREFIX).map((key) => read<Kept>(key)).filter((kept) => kept !== undefined)
  return (held = new Map(stored.map((kept) => [kept.id, kept])))
}

export function find(id: string): Kept | undefined {
  return onPhone().get(id)
}

export function waiting(): Kept[] {
  return records().filter(isWaiting)
}

/** How many records of anybody wait on this phone: what a login page may say. */
export function waitingOfAll(): number {
  return [...onPhone().values()].filter(isWaiting).length
}

export function isWaiting({ state, file }: Kept): boolean {
  return state === 'kept' || (file !== undefined && state !== 'stuck')
}

/** False for what was made in another role: that role brings it. One that he does not have any more keeps nothing back. */
export function isOfRole({ grant }: Kept): boolean {
  const session = current()
  return grant === undefined || grant === session?.grant.id || (session !== undefined && !session.grants.some(({ id }) => id === grant))
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

/** Send at once, as somebody asked for it: also what the server was too busy for, and this again what it refused. */
export async function sendAgain(ids: readonly string[] = []): Promise<boolean> {
  postponed.clear()
  for (const id of ids) change(id, { state: 'kept' })
  failures = 0
  tell()
  const isAllSent = await flush()
  rest(isAllSent)
  return isAllSent
}

/** Send in the background, again and again until all is there. */
export function pump(): void {
  stop()
  if (!current() || isPumping) return
  isPumping = true
  const failed = (error: unknown) => {
    rest(false)
    throw error // a fault of ours: said, and no reason to stop sending
  }
  void flush().then(rest, failed)
}

function rest(isAllSent: boolean): void {
  stop()
  isPumping = false
  failures = isAllSent ? 0 : failures + 1
  if (isAllSent) return
  const wait = waitAfter(failures)
  nextAt = phoneNow() + wait
  timer = setTimeout(pump, wait)
}

function stop(): void {
  if (timer !== undefined) clearTimeout(timer)
  timer = nextAt = undefined
}

/** When the next sending begins by itself, by the phone's clock. */
export function nextTry(): number | undefined {
  return nextAt
}

/** 5 s, 10 s, 20 s … ten minutes, each a little off, so that phones do not come back all at once. */
export function waitAfter(failed: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failed - 1)) * (0.8 + 0.4 * random())
}

async function sendAll(): Promise<boolean> {
  try {
    await sendRecords()
    for (const kept of waiting().filter((each) => each.file && each.state !== 'kept' && isOfRole(each))) {
      await bring(kept)
      await sendRecords() // a tap does not stand behind ten photos
    }
  } catch (error) {
    // No network, a busy server, a session to renew: what was not answered stays as it is.
    if (!isNoAnswer(error) && !isRefused(error)) throw error
    return false
  } finally {
    tell()
  }
  return !waiting().some(isOfRole)
}

async function sendRecords(): Promise<void> {
  for (let batch = next(); batch.length; batch = next()) await sendBatch(batch)
}

function next(): Kept[] {
  return records().filter((kept) => kept.state === 'kept' && isOfRole(kept) && !isPostponed(kept)).slice(0, MOST)
}

/** Those that were tried in this round wait, so that one that fails for ever holds nobody up; what is said of a tap waits with it. */
const postponed = new Map<string, number>()
function isPostponed({ id, record }: Kept): boolean {
  return [id, record['event_id']].some((each) => typeof each === 'string' && (postponed.get(each) ?? 0) > phoneNow())
}

/** A request that cannot be taken as a whole goes in halves, until the one record is found that is at fault. */
async function sendBatch(batch: readonly Kept[]): Promise<void> {
  try {
    const told = batch.map(({ kind, visitId, record }) => ({ kind, visit_id: visitId, record }))
    const { answers } = await post('/api/v1/sync', { records: told }, { headers: { 'Phone-Sent-At': iso(phoneNow()) } })
    const byId = new Map((answers ?? []).map((answer) => [answer.id, answer]))
    for (const kept of batch) take(kept, byId.get(kept.id))
  } catch (error) {
    if (!isRefused(error) || !UNFIT.includes(error.status)) throw error
    if (batch[0] && batch.length === 1) return refuse(batch[0], error)
    const middle = Math.ceil(batch.length / 2)
    await sendBatch(batch.slice(0, middle))
    await sendBatch(batch.slice(middle))
  }
}

function take(kept: Kept, answer: Schemas['SyncAnswer'] | undefined): void {
  const tries = kept.tries + 1
  if (!answer || isPassing(answer.status)) return postpone(kept)
  const { status, code, message, exceptions, distance_m } = answer
  change(kept.id, { state: status < 300 ? 'sent' : 'stuck', tries, answer: { status, code, message, exceptions, distance_m } })
}

function postpone({ id, tries }: Kept): void {
  postponed.set(id, phoneNow() + waitAfter(tries + 1))
  change(id, { tries: tries + 1 })
}

function refuse({ id, tries }: Kept, { status, code, message }: Pick<Refused, 'status' | 'code' | 'message'>): void {
  change(id, { state: 'stuck', tries: tries + 1, answer: { status, code, message, exceptions: [] } })
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408
}

/** Bring a photo's bytes. One that cannot be brought is shown with the reason and holds up no other. */
async function bring(kept: Kept): Promise<void> {
  const file = kept.file ?? ''
  if (isPostponed(kept)) return
  const bytes = await readFile(file).catch(() => undefined)
  if (!bytes?.byteLength) return refuse(kept, { status: 0, code: FILE_GONE, message: '' })
  try {
    await putPhoto(kept.id, bytes)
  } catch (error) {
    return notBrought(kept, error)
  }
  const brought = { ...(find(kept.id) ?? kept) }
  delete brought.file
  write(brought)
  forgetFile(file)
}

function notBrought(kept: Kept, error: unknown): void {
  if (!isRefused(error) || error.status === 401) throw error
  if (error.isPassing) return postpone(kept)
  if (error.status === 404) return change(kept.id, { state: 'kept' }) // it does not know the photo any more: told again
  refuse(kept, error)
}

/** Let go of what the server holds and is old, and with `all` of everything that is decided. */
export function prune(all = false): void {
  const before = iso(now() - KEEP_FINISHED_DAYS * DAY_MS)
  const isOver = ({ file, state, record }: Kept) => !file && (all ? FINISHED.includes(state) : HELD.includes(state) && record.occurred_at < before)
  for (const { id } of [...onPhone().values()].filter(isOver)) {
    forget(PREFIX + id)
    onPhone().delete(id)
    unsaved.delete(id)
  }
}

/** Change what is known of a record, as it is now: others may have written it meanwhile. */
export function change(id: string, what: Partial<Kept>): void {
  const kept = find(id)
  if (kept) write({ ...kept, ...what })
}

function write(kept: Kept): boolean {
  try {
    keep(PREFIX + kept.id, kept)
    unsaved.delete(kept.id)
    return true
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error
    unsaved.add(kept.id)
    return false
  } finally {
    onPhone().set(kept.id, kept) // last: making room may have let an older state of it go
  }
}

export function tell(): void {
  for (const listener of [...listeners]) listener()
}
