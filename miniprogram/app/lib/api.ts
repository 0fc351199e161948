/** The server's API by its own document: paths, bodies and answers are typed from it. */

import type { components, paths } from '../../types/schema'
import { iso, learn, phoneNow } from './clock'
import { SERVER } from './config'
import { newId } from './ids'
import { NoAnswer, request, type Answer } from './platform'
import { language } from './settings'

export type Schemas = components['schemas']
type Method = 'get' | 'post' | 'put'
type With<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never }[keyof paths]
export type GetPath = With<'get'>
export type PostPath = With<'post'>
type Json<R> = R extends { content: { 'application/json': infer B } } ? B : undefined
type Good<R> = R extends { 200: infer A } ? Json<A> : R extends { 201: infer A } ? Json<A> : R extends { 202: infer A } ? Json<A> : undefined
type Responses<P extends keyof paths, M extends Method> = paths[P][M] extends { responses: infer R } ? R : never
export type AnswerOf<P extends keyof paths, M extends Method> = Good<Responses<P, M>>
export type BodyOf<P extends PostPath> = paths[P]['post'] extends { requestBody: { content: { 'application/json': infer B } } } ? B : undefined

export interface Params {
  path?: Record<string, string>
  query?: Record<string, string | number | boolean | undefined>
  headers?: Record<string, string>
}

/** The server said no; `message` is its sentence in the user's language, `code` never changes. */
export class Refused extends Error {
  readonly kind = 'refused'
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message)
  }

  /** May be tried again as it is. */
  get isPassing(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408
  }
}

export function isNoAnswer(error: unknown): error is NoAnswer {
  return (error as { kind?: string }).kind === 'no_answer'
}

export function isRefused(error: unknown, code?: string): error is Refused {
  const refused = error as Refused
  return refused.kind === 'refused' && (code === undefined || refused.code === code)
}

/** What the session gives: a token that is good now, or a fresh one after the server called the last one old. */
export interface Tokens {
  access(): Promise<string | undefined>
  renewed(): Promise<string | undefined>
}

const OLD = ['token_expired', 'token_outdated', 'token_invalid']
const TIMEOUT_MS = 15_000
const TOO_LARGE = 413
let tokens: Tokens = { access: async () => undefined, renewed: async () => undefined }

export function useTokens(given: Tokens): void {
  tokens = given
}

export async function get<P extends GetPath>(path: P, params: Params = {}): Promise<AnswerOf<P, 'get'>> {
  return (await asked('GET', path, params)).data as AnswerOf<P, 'get'>
}

/** Read with an ETag; undefined when nothing changed. */
export async function getIfChanged<P extends GetPath>(
  path: P,
  etag: string | undefined,
): Promise<{ value: AnswerOf<P, 'get'>; etag: string | undefined } | undefined> {
  const answer = await asked('GET', path, { headers: etag ? { 'If-None-Match': etag } : {} })
  return answer.status === 304 ? undefined : { value: answer.data as AnswerOf<P, 'get'>, etag: answer.headers['etag'] }
}

/** Read every page of a list. */
export async function getAll<P extends GetPath>(path: P, params: Params = {}): Promise<ItemOf<P>[]> {
  const items: ItemOf<P>[] = []
  let after: string | undefined
  do {
    const query: Params['query'] = { ...params.query, limit: 100, ...(after ? { after } : {}) }
    const page = (await get(path, { ...params, query })) as unknown as { items: ItemOf<P>[]; next_after: string | null }
    items.push(...page.items)
    after = page.items.length ? (page.next_after ?? undefined) : undefined
  } while (after)
  return items
}
export type ItemOf<P extends GetPath> = AnswerOf<P, 'get'> extends { items: (infer I)[] } ? I : never

/** Write. `key` makes the same wish one deed, however often it is sent; keep it over tries. */
export async function post<P extends PostPath>(
  path: P,
  body: BodyOf<P>,
  params: Params & { key?: string } = {},
): Promise<AnswerOf<P, 'post'>> {
  const headers = { 'Idempotency-Key': params.key ?? newId(phoneNow()), ...params.headers }
  return (await asked('POST', path, { ...params, headers }, body)).data as AnswerOf<P, 'post'>
}

/** Bring the bytes of a photo that was told of. */
export async function putPhoto(id: string, bytes: ArrayBuffer): Promise<void> {
  await asked('PUT', '/api/v1/photos/{photo_id}/content', { path: { photo_id: id }, headers: { 'Content-Type': 'image/jpeg' } }, bytes)
}

/** Without a token: the ways in. */
export async function postOpenly<P extends PostPath>(path: P, body: BodyOf<P>): Promise<AnswerOf<P, 'post'>> {
  return good(await sent('POST', path, {}, body)).data as AnswerOf<P, 'post'>
}

async function asked(method: 'GET' | 'POST' | 'PUT', path: string, params: Params, body?: unknown): Promise<Answer> {
  const token = await tokens.access()
  const answer = await sent(method, path, params, body, token)
  if (answer.status !== 401 || !OLD.includes(codeOf(answer))) return good(answer)
  const fresh = await tokens.renewed()
  return good(fresh ? await sent(method, path, params, body, fresh) : answer)
}

async function sent(method: 'GET' | 'POST' | 'PUT', path: string, params: Params, body?: unknown, token?: string): Promise<Answer> {
  const begun = phoneNow()
  const answer = await request({
    url: SERVER + filled(path, params),
    method,
    headers: {
      Accept: 'application/json',
      'Accept-Language': language(),
      'Phone-Sent-At': iso(begun),
      ...(body === undefined || body instanceof ArrayBuffer ? {} : { 'Content-Type': 'application/json' }),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...params.headers,
    },
    ...(body === undefined ? {} : { body: body instanceof ArrayBuffer ? body : JSON.stringify(body) }),
    timeoutMs: TIMEOUT_MS,
  })
  learn(answer.headers['date'], begun, phoneNow())
  return answer
}

function filled(path: string, { path: values = {}, query = {} }: Params): string {
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
  const asks = Object.entries(query).filter(([, value]) => value !== undefined)
  if (!asks.length) return place
  return `${place}?${asks.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`
}

/** A machine in front of the server speaks another form, and half an answer cannot be read: as good as no answer. */
function good(answer: Answer): Answer {
  const isText = typeof answer.data === 'string' && answer.data !== ''
  if (answer.status < 400 && !isText) return answer
  const { code, message = '', details = {} } = errorOf(answer)
  if (!code) throw new NoAnswer(`HTTP ${answer.status}`)
  throw new Refused(answer.status, code, message, details)
}

/** Too much at once is said by machines in front of the server too. */
function errorOf({ status, data }: Answer): Partial<Schemas['Error']> {
  const told = typeof data === 'object' ? (data as Partial<Schemas['Error']> | null) : null
  return told?.code || status !== TOO_LARGE ? (told ?? {}) : { code: 'body_too_large' }
}

function codeOf(answer: Answer): string {
  return (answer.data as { code?: string } | null)?.code ?? ''
}
