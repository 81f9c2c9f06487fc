/**
 * From a request to checked values. All faults of a request are collected, so that one answer names
 * them all.
 */
import {
  splitLeaseId,
  type DeviceId,
  type Generation,
  type LeaseId,
  type Limiter,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import * as v from 'valibot'
import { tenantOf, type Caller } from './caller.ts'
import { FaultError, forbidden, rejected, UNKNOWN_PLAN, UNKNOWN_TENANT, type InputFault } from './fault.ts'
import type { HttpRequest, PathParams } from './http.ts'
import * as ids from './id-schemas.ts'
import { viewersBody } from './viewers-body.ts'
import { startInput, withoutNull, type StartInput, type WithoutNull } from './start-input.ts'
import { kindOf, readCmcd, readJson, typeFault } from './request-body.ts'
import { decoded, valuesIn } from './percent-encoding.ts'
import type { Call } from './route.ts'
import { HeartbeatSchema, StartSchema } from './input-schemas.ts'

/** The plans of the policy in force. */
type PolicyLookup = Pick<Limiter, 'hasPlan' | 'hasTenant'>

const ENTITY_TAG = /^(?:W\/)?"([\u0021\u0023-\u007e]+)"$/

/**
 * The checked input of a call. It returns only if `read` found no fault, so a route cannot use
 * unchecked values.
 *
 * @param read takes the parts that the route needs. A faulty part has a placeholder value, which
 *   never leaves here.
 * @throws {FaultError} with all faults that were found.
 */
export function readInput<Input>(call: Call, read: (input: InputReader) => Input): Input {
  const faults: InputFault[] = []
  const input = read(new InputReader(call, faults))
  if (faults.length > 0) throw new FaultError(rejected(faults))
  return input
}

/** Reads the parts of one request, and collects their faults. */
class InputReader {
  readonly #request: HttpRequest
  readonly #params: PathParams
  readonly #caller: Caller
  readonly #policy: PolicyLookup
  readonly #faults: InputFault[]

  constructor({ request, params, caller, service }: Call, faults: InputFault[]) {
    this.#request = request
    this.#params = params
    this.#caller = caller
    this.#policy = service.limiter
    this.#faults = faults
  }

  user(): UserId {
    return this.#pathParam('userId', ids.UserIdSchema) as UserId
  }

  /** The tenant of the caller, or else the one that the header names. `undefined` if none does. */
  tenant(): string | undefined {
    const name = tenantOf(this.#caller) ?? this.#request.headers['x-tenant']
    if (name !== undefined && !this.#policy.hasTenant(name)) this.#faults.push(UNKNOWN_TENANT)
    return name
  }

  streamId(): StreamId {
    return this.#pathParam('streamId', ids.StreamIdSchema) as StreamId
  }

  poolName(): string {
    return this.#pathParam('name', ids.PoolNameSchema)
  }

  deviceId(): DeviceId {
    return this.#pathParam('deviceId', ids.DeviceIdSchema) as DeviceId
  }

  leaseId(): LeaseId {
    return this.#pathParam('id', ids.LeaseIdSchema) as LeaseId
  }

  /**
   * The generation that `If-Match` names. A weak tag counts as its strong twin, because proxies
   * that compress weaken tags. Lists and `*` are rejected: a player knows the one lease it holds.
   */
  generation(): Generation | undefined {
    const header = this.#request.headers['if-match']?.trim()
    if (header === undefined) return undefined
    const tag = ENTITY_TAG.exec(header)?.[1]
    if (tag === undefined) this.fault('/If-Match', 'must be one entity tag in quotes, as answered in ETag')
    return tag as Generation | undefined
  }

  /** A parameter of the query, checked by its schema. `undefined` if it is absent. */
  query(name: string, schema: v.GenericSchema<string>): string | undefined {
    const [raw, ...others] = valuesIn(this.#request.query, name)
    if (raw === undefined) return undefined
    const text = decoded(raw)
    if (others.length === 0 && text !== undefined) return this.#validate(schema, text, `/${name}`)
    const isRepeated = others.length > 0
    const repeated = `must stand there once, got ${others.length + 1}`
    this.fault(`/${name}`, isRepeated ? repeated : 'must be percent-encoded UTF-8')
    return undefined
  }

  /** The body of a start. Its plan must exist in the policy. */
  startBody(): StartInput {
    const value = this.#callersBody()
    const input = this.#inTenant(startInput(this.#validBody(StartSchema, value)))
    if (this.#isUnknownPlan(value['plan'], input.tenant)) this.#faults.push(UNKNOWN_PLAN)
    return input
  }

  /**
   * The optional body of a heartbeat. The lease id of the path completes it, and must not
   * contradict it. A plan that a reload removed is dropped: a viewer who watches goes on.
   */
  heartbeatBody(id: LeaseId): StartInput {
    return this.#heartbeat(id, this.#hasBody() ? this.#callersBody() : this.#withGiven({}))
  }

  /** What the caller's token says of a stream that a report keeps alive, if it says anything. */
  reportedHeartbeat(id: LeaseId): StartInput | undefined {
    const isGiven = this.#caller.kind === 'viewer' && this.#caller.given !== undefined
    return isGiven ? this.#heartbeat(id, this.#withGiven({})) : undefined
  }

  #heartbeat(id: LeaseId, value: Readonly<Record<string, unknown>>): StartInput {
    const ofPath = splitLeaseId(id)
    this.#assertOwnDevice(ofPath.deviceId)
    const body = this.#validBody(HeartbeatSchema, value)
    for (const member of ['streamId', 'deviceId'] as const) {
      const isOther = body?.[member] !== undefined && body[member] !== ofPath[member]
      if (isOther) this.fault(`/${member}`, 'must be the same as in the path, or absent')
    }
    const input = this.#inTenant(startInput({ ...body, ...ofPath }))
    return this.#isUnknownPlan(input.plan, input.tenant)
      ? { ...input, plan: undefined, isPlanUnknown: true }
      : input
  }

  /** The body, checked by its schema. */
  body<Output extends object>(schema: v.GenericSchema<unknown, Output>): Output | undefined {
    return this.#validate(schema, this.#jsonBody(), '')
  }

  /** The bytes of a CMCD report. */
  cmcdBody(): Uint8Array {
    return readCmcd(this.#request)
  }

  fault(pointer: string, detail: string): void {
    this.#faults.push({ pointer, detail })
  }

  #validBody<Output extends object>(
    schema: v.GenericSchema<unknown, Output>,
    value: unknown,
  ): WithoutNull<Output> | undefined {
    const body = this.#validate(schema, value, '')
    return body && withoutNull(body)
  }

  #isUnknownPlan(plan: unknown, tenant: string | undefined): boolean {
    return typeof plan === 'string' && !this.#policy.hasPlan(plan, tenant)
  }

  /** The input with the tenant of its body, or else of the header. Both must not differ. */
  #inTenant(input: StartInput): StartInput {
    const inHeader = this.tenant()
    if (input.tenant === undefined) return inHeader === undefined ? input : { ...input, tenant: inHeader }
    const bound = tenantOf(this.#caller)
    if (bound !== undefined && bound !== input.tenant) {
      throw new FaultError(forbidden({ because: 'other-tenant' }))
    }
    if (inHeader !== undefined && inHeader !== input.tenant) {
      this.fault('/tenant', 'must be the same as in X-Tenant, or absent')
    } else if (!this.#policy.hasTenant(input.tenant)) {
      this.fault('/tenant', UNKNOWN_TENANT.detail)
    }
    return input
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

  /** The JSON object in the body of a start or a heartbeat, with what the caller may say. */
  #callersBody(): Readonly<Record<string, unknown>> {
    return this.#withGiven(this.#jsonBody())
  }

  #withGiven(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return this.#caller.kind === 'viewer' ? viewersBody(body, this.#caller.given) : body
  }

  /** A viewer whose token names its device keeps no stream of another one alive. */
  #assertOwnDevice(deviceId: string | undefined): void {
    const own = this.#caller.kind === 'viewer' ? this.#caller.given?.['deviceId'] : undefined
    if (own !== undefined && own !== deviceId) throw new FaultError(forbidden({ because: 'other-device' }))
  }

  /**
   * The JSON object in the body. If it is not an object, reading stops here: it has no members to
   * check.
   */
  #jsonBody(): Readonly<Record<string, unknown>> {
    const value = readJson(this.#request)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isObject) return value as Readonly<Record<string, unknown>>
    const detail =
      value === undefined ? 'must be a JSON object in UTF-8' : `must be a JSON object, got ${kindOf(value)}`
    throw new FaultError(rejected([...this.#faults, { pointer: '', detail }]))
  }
}
