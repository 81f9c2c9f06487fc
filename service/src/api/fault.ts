/**
 * Everything that can keep a request from being carried out, as values. They hold facts and no
 * wording: how a fault looks on the wire is decided in one place, by a `PresentFault`.
 */
import {
  LimiterError,
  type DeviceRefusal,
  type LimiterErrorCode,
  type NoteOf,
  type Pool,
  type Refusal,
  type UserId,
} from '@streamgate/core'
import type { Scope } from '../auth/scope.ts'
import type { TokenFault } from '../auth/token-rules.ts'
import type { HttpResponse } from './http.ts'
import type { Refused } from '../playback/token-check.ts'

/** One thing that is wrong with a request: where, by JSON pointer (RFC 6901), and what. */
export type InputFault = { readonly pointer: string; readonly detail: string }

/** A kind of body, as a caller has to send it. */
export type WantedBody = { readonly name: string; readonly mediaType: string }

/** Why what a caller sent in `Authorization` proves nothing. */
export type CredentialFault =
  | 'malformed'
  | 'unknown-key'
  | 'expired-key'
  | 'no-tenant'
  | 'other-stop-token'
  | TokenFault

/** Why a token or a key does not allow a call. */
export type Forbidden =
  | { readonly because: 'operator-call' }
  | { readonly because: 'scope'; readonly scope: Scope }
  | { readonly because: 'other-tenant' | 'all-tenants' }
  | { readonly because: 'other-user'; readonly claim: string }
  | { readonly because: 'other-device' }
  | { readonly because: 'member'; readonly member: string }

/** What cannot be found. */
export type Missing =
  | 'device'
  | 'pool'
  | 'path'
  | 'path-with-trailing-slash'
  | 'problem-type'
  | 'metrics'
  | 'playback-tokens'

/** Why the limiter could not decide. */
export type FailureCode = Exclude<LimiterErrorCode, 'PLAN_UNKNOWN' | 'TENANT_UNKNOWN' | 'DEVICE_REQUIRED'>

/** The policy does not have the plan that the body names. */
export const UNKNOWN_PLAN: InputFault = { pointer: '/plan', detail: 'must name a plan of the policy' }

/** The policy does not have the tenant that the request names. */
export const UNKNOWN_TENANT: InputFault = {
  pointer: '/X-Tenant',
  detail: 'must name a tenant of the policy',
}

/** The plan registers devices, and the body names none. */
export const MISSING_DEVICE: InputFault = {
  pointer: '/deviceId',
  detail: 'is required, because the plan registers devices',
}

/** One reason why a request was not carried out. */
export type Fault =
  | { readonly kind: 'rejected'; readonly faults: readonly InputFault[] }
  | { readonly kind: 'wrong-body'; readonly wanted: WantedBody; readonly got: string }
  | { readonly kind: 'body-too-large'; readonly bytesMax: number }
  | { readonly kind: 'not-found'; readonly missing: Missing }
  | { readonly kind: 'method-not-allowed'; readonly methods: readonly string[] }
  | { readonly kind: 'no-token' }
  | { readonly kind: 'bad-credentials'; readonly because: CredentialFault }
  | { readonly kind: 'forbidden'; readonly reason: Forbidden }
  | { readonly kind: 'token-refused'; readonly because: Refused }
  | { readonly kind: 'too-busy' }
  | { readonly kind: 'too-fast'; readonly of: 'user' | 'stream' | 'caller'; readonly waitMs: number }
  | { readonly kind: 'not-ready'; readonly readiness: 'draining' | 'store-unavailable' }
  | { readonly kind: 'failed'; readonly code: FailureCode }
  | { readonly kind: 'broken' }
  | { readonly kind: 'denied'; readonly user: UserId; readonly refusal: Refusal }
  | { readonly kind: 'device-denied'; readonly user: UserId; readonly refusal: DeviceRefusal }
  | { readonly kind: 'pool-full'; readonly pool: Pool }
  | { readonly kind: 'evicted'; readonly eviction: NoteOf<'evicted'> }
  | { readonly kind: 'ended'; readonly reason: string | undefined }
  | { readonly kind: 'finished' }

/** Makes the answer to a fault. */
export type PresentFault = (fault: Fault) => HttpResponse

/** The request has these faults. */
export function rejected(faults: readonly InputFault[]): Fault {
  return { kind: 'rejected', faults }
}

/** There is nothing like it. */
export function notFound(missing: Missing): Fault {
  return { kind: 'not-found', missing }
}

/** The token does not allow the call. */
export function forbidden(reason: Forbidden): Fault {
  return { kind: 'forbidden', reason }
}

/** A fault on its way from deep inside a call to the app, which presents it. */
export class FaultError extends Error {
  override readonly name = 'FaultError'
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.kind)
    this.fault = fault
  }
}

/** The fault behind whatever was thrown. The text of an unknown error never leaves the process. */
export function faultOf(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault
  if (!(error instanceof LimiterError)) return { kind: 'broken' }
  switch (error.code) {
    // A reload removed the plan after the body had been checked.
    case 'PLAN_UNKNOWN':
      return rejected([UNKNOWN_PLAN])
    case 'TENANT_UNKNOWN':
      return rejected([UNKNOWN_TENANT])
    case 'DEVICE_REQUIRED':
      return rejected([MISSING_DEVICE])
    case 'STORE_CLOSED':
    case 'STORE_CONTENDED':
    case 'STORE_TIMED_OUT':
    case 'STORE_UNAVAILABLE':
      return { kind: 'failed', code: error.code }
  }
}
