/** Who is logged in on this phone, and tokens that are always good. */

import { isRefused, post, postOpenly, useTokens, type Schemas } from './api'
import { now, phoneNow } from './clock'
import { newId } from './ids'
import { forget, keep, keepIfRoom, login, platformName, read, sdkVersion, StorageFull } from './platform'

export type Session = Schemas['Session']
export type Role = Schemas['Grant']['role']

const KEY = 'session'
const DEVICE = 'device'
const HOLDER = 'session:holder'
const RENEWAL = 'session:renewal'
const SPARE_MS = 60_000
let renewing: Promise<string | undefined> | undefined
let onLost: () => void = () => undefined

useTokens({ access, renewed: renew })

/** On a phone without any room a renewed session lasts as long as the app is open. */
let unsaved: Session | undefined

export function current(): Session | undefined {
  return unsaved ?? read<Session>(KEY)
}

/** Whose phone it is: who is logged in, or was last. What is recorded belongs to him in this role. */
export function holder(): { account: string; grant: string } | undefined {
  const session = current()
  return session ? { account: session.account_id, grant: session.grant.id } : read(HOLDER)
}

export function role(): Role | undefined {
  return current()?.grant.role
}

/** What to do when nobody is logged in any more; records on the phone stay. */
export function onSessionLost(listener: () => void): void {
  onLost = listener
}

/** Log in by WeChat. Refused with `not_bound`: a binding code is needed; `region_needed`: `details.regions` to choose from. */
export async function logIn(wanted: { region?: string; grantId?: string } = {}): Promise<Session> {
  const code = await login()
  const { region = null, grantId: grant_id = null } = wanted
  return keepSession(await postOpenly('/api/v1/auth/wechat', { code, device: device(), region, grant_id }))
}

/** Tie this WeChat user to an account by the code that the agency or the fund gave. */
export async function bind(bindingCode: string): Promise<Session> {
  const wechat_code = await login()
  return keepSession(await postOpenly('/api/v1/auth/bindings', { binding_code: bindingCode.trim(), wechat_code, device: device() }))
}

/** Act in another of one's roles. Where a lost renewal is only repeated, which keeps the role, it is asked once more. */
export async function actAs(grantId: string): Promise<Session> {
  const session = keepSession(await refreshed(grantId))
  return session.grant.id === grantId ? session : keepSession(await refreshed(grantId))
}

export async function logOut(): Promise<void> {
  try {
    await post('/api/v1/auth/logout', undefined)
  } finally {
    end()
  }
}

async function access(): Promise<string | undefined> {
  const session = current()
  if (!session) return undefined
  if (Date.parse(session.access_expires_at) - SPARE_MS > now()) return session.access_token
  return renew()
}

/** One renewal at a time, whoever asks. */
function renew(): Promise<string | undefined> {
  renewing ??= renewOnce().finally(() => {
    renewing = undefined
  })
  return renewing
}

async function renewOnce(): Promise<string | undefined> {
  try {
    return keepSession(await refreshed()).access_token
  } catch (error) {
    if (!isRefused(error) || error.status !== 401) throw error
  }
  try {
    return (await logIn(known())).access_token // too old: WeChat vouches for the person again
  } catch (error) {
    if (!isRefused(error) || error.isPassing) throw error // a busy server ends nobody's day
    end()
    onLost()
    return undefined
  }
}

function known(): { region?: string; grantId?: string } {
  const session = current()
  return session ? { region: session.region, grantId: session.grant.id } : {}
}

/** The id of the request outlives the app: a lost answer is asked for again by the same one. */
async function refreshed(grantId: string | null = null): Promise<Session> {
  const refresh_token = current()?.refresh_token ?? ''
  const kept = read<{ token: string; id: string }>(RENEWAL)
  const id = kept?.token === refresh_token ? kept.id : newId(phoneNow())
  keepIfRoom(RENEWAL, { token: refresh_token, id })
  return postOpenly('/api/v1/auth/refresh', { refresh_token, request_id: id, grant_id: grantId })
}

function keepSession(session: Session): Session {
  unsaved = session
  try {
    keep(KEY, session)
    unsaved = undefined
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error
  }
  forget(RENEWAL)
  return session
}

function end(): void {
  keepIfRoom(HOLDER, holder())
  unsaved = undefined
  forget(KEY)
}

function device(): Schemas['Device'] {
  const id = read<string>(DEVICE) ?? newId(phoneNow())
  keepIfRoom(DEVICE, id)
  return { id, platform: platformName(), sdk_version: sdkVersion() }
}
