/**
 * What the log and the metrics learn about an answered request. The API fills it in, telemetry
 * reads it.
 */
import type { Attributes, Limit, ShadowDecision } from '@streamgate/core'

/** A request, as log and metrics describe it. */
export type RequestFacts = {
  readonly requestId: string
  /** The id in the gateway's own log, if it differs. */
  readonly gatewayRequestId?: string | undefined
  readonly method: string
  /** The route's path with its parameters in braces, or `unknown`. */
  readonly route: string
  readonly status: number
  readonly seconds: number
  /**
   * Who called: `key:` and the id of an API key, `viewer`, or `page`. Absent if callers are not
   * checked.
   */
  readonly caller?: string | undefined
}

/** One decision. Ids are raw: the log escapes them. */
export type Decision = {
  /** `lapse`: a lease that had lapsed was removed by a start, a heartbeat or a sweep. */
  readonly verb: 'start' | 'heartbeat' | 'stop' | 'list' | 'erase' | 'finish' | 'lapse' | 'remove-device'
  readonly outcome: string
  readonly user?: string
  readonly tenant?: string | undefined
  readonly lease?: string | undefined
  /** The device that was removed. Absent if all were. */
  readonly device?: string | undefined
  /** The stream that finished. */
  readonly stream?: string
  readonly deviceType?: string | undefined
  readonly contentId?: string | undefined
  readonly attributes?: Attributes | undefined
  /** The network of the client, as an opaque text. */
  readonly network?: string | undefined
  /** Whether a heartbeat came from another network than its start. */
  readonly isNetworkChanged?: boolean
  /** The lease that this one was to replace, or several. */
  readonly replaces?: string | readonly string[] | undefined
  readonly plan?: string | undefined
  /** Whether the request named the plan. */
  readonly isPlanNamed?: boolean
  /** Whether a heartbeat named a plan that the policy does not have. */
  readonly isPlanUnknown?: boolean | undefined
  /** Whether the request was for one generation of the lease only. */
  readonly hasIfMatch?: boolean
  /** Whether the request was a CMCD report. */
  readonly isReport?: boolean
  /** Who stopped the stream, if not its player. */
  readonly by?: 'operator' | undefined
  /** What that operator said. The decision's line leaves it out. */
  readonly reason?: string | undefined
  readonly limit?: number | undefined
  readonly active?: number | undefined
  /** The limit that denied. */
  readonly rule?: Limit
  /** The pool over all users that was full. */
  readonly pool?: string | undefined
  /** The leases that this decision ended. */
  readonly ends?: readonly string[]
  readonly isIgnored?: boolean
  /** Whether the stream runs without a lease, because the store did not answer. */
  readonly isDegraded?: boolean
  /** When the stream was admitted. Its order of age depends on this instant. */
  readonly startedAt?: string | undefined
  readonly graceUntil?: string | undefined
  /** When the lease ends without another heartbeat. `null` if never. */
  readonly expiresAt?: string | null | undefined
  /** When the last start or heartbeat of a lapsed lease came. */
  readonly lastSeenAt?: string | undefined
  readonly shadow?: ShadowDecision | undefined
}

/** The decisions in one answer: usually one. A report on several streams has several. */
export type Decisions = Decision | readonly Decision[]

/** A request that was answered. */
export type AnsweredRequest = RequestFacts & MadeDecisions

/** Decisions, and when they were answered. */
export type MadeDecisions = {
  /** In milliseconds since the epoch. */
  readonly atMs: number
  readonly decision?: Decisions | undefined
  /** Whether their users are named as the store names them, which may be by hashes. */
  readonly areUsersAsStored?: boolean
}

/** What the app reports to. Neither method may throw. */
export type RequestObserver = {
  /** Called for every request once it is answered, with the decisions in the answer, if any. */
  readonly answered: (about: RequestFacts, decision: Decisions | undefined) => void
  /** Called if the service failed to answer a valid request. */
  readonly failed: (error: unknown, about: RequestFacts) => void
}

/**
 * Whether it only keeps a stream running. Nearly all decisions are of this kind.
 */
export function isPlainRenewal(decision: Decision): boolean {
  const { verb, outcome, ends = [], graceUntil, isNetworkChanged = false } = decision
  if (verb !== 'heartbeat' || outcome !== 'renewed' || isNetworkChanged) return false
  return ends.length === 0 && graceUntil === undefined
}

/** The decisions as a list. */
export function decisionsIn(decisions: Decisions | undefined): readonly Decision[] {
  if (decisions === undefined) return []
  return 'verb' in decisions ? [decisions] : decisions
}
