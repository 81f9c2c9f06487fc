import type { Limiter } from '@streamgate/core'
import type { GenericSchema } from 'valibot'
import type { Scope } from '../auth/scope.ts'
import type { StopTokens } from '../auth/stop-tokens.ts'
import type { Caller } from './caller.ts'
import type { Judged } from './asked.ts'
import type { ClientNetworks } from './client-networks.ts'
import type { Fault } from './fault.ts'
import type { HttpRequest, HttpResponse, PathParams } from './http.ts'
import type { Playback } from '../playback/playback.ts'
import type { PolicyView } from '../policy/current-policy.ts'
import type { ProblemName } from './problem.ts'
import type { Decisions } from '../telemetry/decision-event.ts'

/** What every route may use. */
export type Service = {
  readonly limiter: Limiter
  readonly networks: ClientNetworks
  /** The answer to a start or a heartbeat. */
  readonly present: (judged: Judged) => Outcome | Promise<Outcome>
  /** Absent if the service gives no playback tokens. */
  readonly playback: Playback | undefined
  /** Whether traffic should come here. Asks the store, and never rejects. */
  readonly readiness: () => Promise<'ready' | 'degraded' | 'draining' | 'store-unavailable'>
  /** All metrics in Prometheus' text format. `undefined` if they go elsewhere. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string } | undefined>
  /** What the service tells of itself. */
  readonly documents: () => Documents | Promise<Documents>
  readonly version: string
  /** Present if callers are checked. */
  readonly stopTokens: StopTokens | undefined
  readonly policyInForce: () => PolicyView
}

/** Documents that never change while a process runs, each as the bytes of an answer. */
export type Documents = {
  readonly openapi: Uint8Array
  readonly reference: Uint8Array
  readonly policySchema: Uint8Array
  readonly decisionSchema: Uint8Array
  readonly problems: TwoForms
  /** By the last part of a problem's `type`. */
  readonly problem: ReadonlyMap<string, TwoForms>
}

/** The same as JSON and as a page to read. */
export type TwoForms = { readonly data: Uint8Array; readonly page: Uint8Array }

/** One request on its way through a route. */
export type Call = {
  readonly request: HttpRequest
  readonly params: PathParams
  readonly caller: Caller
  readonly service: Service
}

/**
 * The outcome of a call: an answer, or a fault that the app presents. With it the decisions made,
 * if any.
 */
export type Outcome = (HttpResponse | { readonly fault: Fault }) & { readonly decision?: Decisions }

/** One way a route answers, for the OpenAPI document. */
export type AnswerDescription = {
  readonly description: string
  readonly schema?: GenericSchema
  /** `application/json` unless it says otherwise. */
  readonly contentType?: string
  readonly headers?: readonly HeaderName[]
  /** The kinds of problem under this status. */
  readonly problems?: readonly ProblemName[]
}

/** Headers that answers carry beside the common ones. */
export type HeaderName =
  | 'ETag'
  | 'Location'
  | 'Retry-After'
  | 'RateLimit'
  | 'RateLimit-Policy'
  | 'WWW-Authenticate'
  | 'Allow'
  | 'Deprecation'
  | 'Link'

/** What the OpenAPI document says of a route. */
export type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  /** Another call does the same, and the next version will not have this one. */
  readonly isDeprecated?: boolean
  /** `application/json` unless it says otherwise. */
  readonly body?: {
    readonly schema: GenericSchema
    readonly isRequired: boolean
    readonly contentType?: string
    /** The most bytes it may have. 8 KiB by default. */
    readonly bytesMax?: number
  }
  readonly takesIfMatch?: boolean
  /** Parameters of the query, all optional, by name. */
  readonly query?: Readonly<Record<string, GenericSchema>>
  readonly answers: Readonly<Record<number, AnswerDescription>>
}

/**
 * Whom a route is for. Load shedding, what a caller must prove and the tags of the OpenAPI document
 * follow from it.
 *
 * `viewer`: players, for one user. An API key needs the `scope`. `operator`: the people and systems
 * that run the service. An API key needs the scope `operate`. `public`: probes and documentation,
 * which reveal nothing about users.
 */
type Access =
  | { readonly audience: 'viewer'; readonly scope: Exclude<Scope, 'operate'> }
  | { readonly audience: 'operator' | 'public' }

export type Audience = Access['audience']

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One method on one path. */
export type Route = Access & {
  readonly method: Method
  /** With parameters in braces: `/users/{userId}/streams`. */
  readonly path: string
  readonly operation: Operation
  /**
   * What limits how fast viewers may call: `nothing`, or each stream for itself. By default the
   * user and the caller.
   */
  readonly limitedBy?: 'nothing' | 'stream'
  /** Whether a stop token is enough, if the call has neither a token nor a key. */
  readonly takesStopToken?: boolean
  readonly handle: (call: Call) => Outcome | Promise<Outcome>
}
