/**
 * From a request to checked values. Every fault is gathered before any is answered.
 */
import {
  splitLeaseId,
  type Generation,
  type LeaseId,
  type StreamDescription,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import * as v from 'valibot'
import { FaultError, rejected, type InputFault, type WantedBody } from './fault.ts'
import type { HttpRequest, PathParams } from './http.ts'
import { LeaseIdSchema, StreamIdSchema, UserIdSchema } from './id-schemas.ts'
import { HeartbeatSchema, StartSchema } from './schemas.ts'

/** The members of a start that stand beside the stream's description. */
export type StartInput = {
  readonly stream: StreamDescription
  readonly plan?: string | undefined
  readonly replaces?: LeaseId | undefined
}

/** A body whose optional members are there with a value, or not at all. */
type WithoutNull<Body> = { [Name in keyof Body]: Exclude<Body[Name], null> }

/** Which plans there are. */
export type PolicyLookup = { readonly hasPlan: (name: string) => boolean }

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true })
/** A kind of body, and the media types it may have. It may also have none. */
type BodyKind = WantedBody & { readonly types: RegExp }
const JSON_BODY: BodyKind = {
  types: /^application\/(?:[\w.!#$&^-]+\+)?json$/i,
  name: 'JSON',
  mediaType: 'application/json',
}
/** Plain text too: with it, a page of another origin may report without asking first, as by a beacon. */
const CMCD_BODY: BodyKind = {
  types: /^(?:application\/cmcd|text\/cmcd|text\/plain)$/i,
  name: 'a CMCD event report',
  mediaType: 'application/cmcd',
}
const ENTITY_TAG = /^(?:W\/)?"([\u0021\u0023-\u007e]+)"$/

/** Reads the parts of one request. Call `finish()` before anything is done with them. */
export class InputReader {
  readonly #request: HttpRequest
  readonly #params: PathParams
  readonly #faults: InputFault[] = []

  constructor(request: HttpRequest, params: PathParams) {
    this.#request = request
    this.#params = params
  }

  user(): UserId {
    return this.#pathParam('userId', UserIdSchema) as UserId
  }

  streamId(): StreamId {
    return this.#pathParam('streamId', StreamIdSchema) as StreamId
  }

  leaseId(): LeaseId {
    return this.#pathParam('id', LeaseIdSchema) as LeaseId
  }

  /**
   * The generation that `If-Match` names. A weak tag counts as its strong twin, because proxies that
   * compress weaken tags. Lists and `*` are refused: a player knows the one lease it took.
   */
  generation(): Generation | undefined {
    const header = this.#request.headers['if-match']?.trim()
    if (header === undefined) return undefined
    const tag = ENTITY_TAG.exec(header)?.[1]
    if (tag === undefined) this.fault('/If-Match', 'must be one entity tag in quotes, as answered in ETag')
    return tag as Generation | undefined
  }

  /** A parameter of the query by its schema; `undefined` if it is absent. */
  query(name: string, schema: v.GenericSchema<string>): string | undefined {
    if (this.#request.query === '') return undefined
    const [text, ...others] = new URLSearchParams(this.#request.query).getAll(name)
    if (others.length > 0) this.fault(`/${name}`, `must stand there once, got ${others.length + 1}`)
    return text === undefined || others.length > 0 ? undefined : this.#validate(schema, text, `/${name}`)
  }

  startBody(policy: PolicyLookup): StartInput {
    return startInput(this.#body(StartSchema, policy))
  }

  /** The optional body of a heartbeat, completed by the lease id, with which it must agree. */
  heartbeatBody(id: LeaseId, policy: PolicyLookup): StartInput {
    const body = this.#hasBody() ? this.#body(HeartbeatSchema, policy) : {}
    const ofPath = splitLeaseId(id)
    for (const member of ['streamId', 'deviceId'] as const) {
      const isOther = body?.[member] !== undefined && body[member] !== ofPath[member]
      if (isOther) this.fault(`/${member}`, 'must be the same as in the path, or absent')
    }
    return startInput({ ...body, ...ofPath })
  }

  /** The bytes of a CMCD event report, whose lines may be in different states. */
  cmcdBody(): Uint8Array {
    assertKind(this.#request, CMCD_BODY)
    return this.#request.body ?? new Uint8Array()
  }

  fault(pointer: string, detail: string): void {
    this.#faults.push({ pointer, detail })
  }

  /** @throws {FaultError} with all faults, if there are any. */
  finish(): void {
    if (this.#faults.length > 0) throw new FaultError(rejected(this.#faults))
  }

  /** The body by its schema; a plan must also be one that the policy holds. */
  #body<Output extends object>(
    schema: v.GenericSchema<unknown, Output>,
    policy: PolicyLookup,
  ): WithoutNull<Output> | undefined {
    const value = this.#jsonBody()
    const body = this.#validate(schema, value, '')
    const { plan } = value
    const isUnknown = typeof plan === 'string' && !policy.hasPlan(plan)
    if (isUnknown) this.fault('/plan', 'must name a plan of the policy')
    return body && withoutNull(body)
  }

  #pathParam(name: string, schema: v.GenericSchema<string>): string {
    const text = decoded(this.#params[name] ?? '')
    if (text !== undefined) return this.#validate(schema, text, `/${name}`) ?? ''
    this.fault(`/${name}`, 'must be percent-encoded UTF-8')
    return ''
  }

  #validate<Output>(
    schema: v.GenericSchema<unknown, Output>,
    value: unknown,
    root: string,
  ): Output | undefined {
    const result = v.safeParse(schema, value)
    if (result.success) return result.output
    for (const issue of result.issues) {
      const pointer = root + (issue.path ?? []).map(({ key }) => `/${String(key)}`).join('')
      this.fault(pointer, issue.kind === 'schema' ? typeFault(issue) : issue.message)
    }
    return undefined
  }

  #hasBody(): boolean {
    return (this.#request.body?.length ?? 0) > 0
  }

  /** The value of the body's JSON, which is an object. Nothing else can be said of a body that is none. */
  #jsonBody(): Readonly<Record<string, unknown>> {
    assertKind(this.#request, JSON_BODY)
    const value = parsed(this.#request.body)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isObject) return value as Readonly<Record<string, unknown>>
    const detail =
      value === undefined ? 'must be a JSON object in UTF-8' : `must be a JSON object, got ${kindOf(value)}`
    throw new FaultError(rejected([...this.#faults, { pointer: '', detail }]))
  }
}

function parsed(body: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(STRICT_UTF8.decode(body))
  } catch {
    return undefined
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Refuses a body of another kind, before it is read. */
function assertKind({ headers }: HttpRequest, { types, name, mediaType }: BodyKind): void {
  if (headers['content-type'] === mediaType && headers['content-encoding'] === undefined) return
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim())
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/i.test(charset)
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if ((type === '' || types.test(type)) && isUtf8 && encoding === 'identity') return
  const got = [type, charset, encoding === 'identity' ? undefined : encoding].filter(Boolean).join(', ')
  throw new FaultError({ kind: 'wrong-body', wanted: { name, mediaType }, got })
}

/** The members that are there: one that is `null` is not. */
function withoutNull<Body extends object>(body: Body): WithoutNull<Body> {
  const entries = Object.entries(body).filter(([, value]) => value !== null)
  return Object.fromEntries(entries) as WithoutNull<Body>
}

function startInput(body: WithoutNull<v.InferOutput<typeof HeartbeatSchema>> | undefined): StartInput {
  const { plan, replaces, ...stream } = body ?? {}
  return { stream: stream as StreamDescription, plan, replaces: replaces as LeaseId | undefined }
}

/** Says what was expected and what came, in a JSON author's words. */
function typeFault({ expected, input }: v.BaseIssue<unknown>): string {
  if (input === undefined) return 'is required'
  const wanted =
    expected === 'string' ? 'a string' : expected === 'Object' ? 'a JSON object' : String(expected)
  return `must be ${wanted}, got ${kindOf(input)}`
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
