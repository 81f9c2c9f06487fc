/**
 * What is asked of the limiter, and what it answers.
 */
import type { Denial, DeviceDenial, PoolDenial } from './rules/claim.ts'
import type { ShadowDecision } from './rules/enforcement.ts'
import type { Ended } from './rules/lost-heartbeat.ts'
import type { Generation, Lease, LeaseId, ReportFacts, StreamDescription, UserId } from './lease.ts'
import type { Limit } from './plan.ts'
import type { NoteOf } from './roster.ts'

/** Which tenant's user. Without a tenant, a user of the default tenant. */
export type TenantRef = { readonly tenant?: string | undefined }

/** May this user start this stream? */
export type StartRequest = TenantRef & {
  readonly user: UserId
  readonly stream: StreamDescription
  /** The plan's name. If absent, the default plan. */
  readonly plan?: string | undefined
  /** A lease to end in the same step, or several: `REPLACES_MAX` at most. */
  readonly replaces?: LeaseId | readonly LeaseId[] | undefined
}

/**
 * The player is still here. What it tells of the stream is used only if the lease must be admitted
 * again.
 */
export type HeartbeatRequest = StartRequest & {
  /** Only this generation of the lease. It is then never admitted again. */
  readonly generation?: Generation | undefined
  /** What a CMCD report says. Absent if the heartbeat is not a report. */
  readonly report?: ReportFacts | undefined
}

/** End this stream. */
export type StopRequest = TenantRef & {
  readonly user: UserId
  readonly id: LeaseId
  /** Only this generation of the lease. */
  readonly generation?: Generation | undefined
  /** Set if an operator ends it and not its player. `reason` is shown to the viewer. */
  readonly byOperator?: { readonly reason?: string | undefined } | undefined
}

/** A player reports that its playback is over. */
export type PlayedOutRequest = TenantRef & {
  readonly user: UserId
  readonly id: LeaseId
  readonly report: ReportFacts
  /** What it says that it plays, in case that the lease does not tell. */
  readonly playingContentId?: string | undefined
}

/** What a plan says about a user's streams. */
export type PlanView = {
  readonly plan: string
  /** The limit on all streams, or otherwise the plan's first. */
  readonly limit: Limit
  /** All that runs for this user now, oldest first. */
  readonly live: readonly Lease[]
  /** Those of them that the plan counts, and those that it ignores. */
  readonly counted: readonly Lease[]
  readonly ignored: readonly Lease[]
}

/** The stream may run until `lease.expiresAtMs`. */
export type Grant = PlanView & {
  /** `admitted`: started by this call. `renewed`: it was already held. */
  readonly outcome: 'admitted' | 'renewed'
  readonly lease: Lease
  /** The wait until the next heartbeat. `null` if none is needed. */
  readonly heartbeatSeconds: number | null
  /** The live leases that ended with it. */
  readonly ends: readonly Lease[]
  /** The leases that had lapsed, and that its write removed. */
  readonly lapsed: readonly Lease[]
  /** What the plan's shadow would have decided. Only for a stream that was admitted. */
  readonly shadow?: ShadowDecision | undefined
}

/** The stream may not run, under the plan of this name. */
export type Refusal = Denial & { readonly plan: string; readonly shadow?: ShadowDecision | undefined }

/** The device may not be registered, under the plan of this name. */
export type DeviceRefusal = DeviceDenial & {
  readonly plan: string
  readonly shadow?: ShadowDecision | undefined
}

/** A pool over all users is full. */
export type PoolRefusal = PoolDenial & {
  readonly plan: string
  readonly shadow?: ShadowDecision | undefined
}

/** The stream has finished, for every user. */
export type Finished = { readonly outcome: 'finished' }

/** The answer to every call on such a stream. */
export const FINISHED: Finished = { outcome: 'finished' }

/**
 * The store does not answer, and the policy lets streams run then. There is no lease, so the stream
 * does not count, and nothing else is known of the user.
 */
export type Degraded = {
  readonly outcome: 'degraded'
  readonly id: LeaseId
  readonly stream: StreamDescription
  readonly plan: string
  /** The limit on all streams, or otherwise the plan's first. */
  readonly limit: Limit
  readonly heartbeatSeconds: number | null
  readonly startedAtMs: number
  /** Until when the answer holds, if no heartbeat follows. `null` if it needs none. */
  readonly untilMs: number | null
}

export type StartResult = Grant | Refusal | DeviceRefusal | PoolRefusal | Finished | Degraded
export type HeartbeatResult =
  | StartResult
  | Ended
  | { readonly outcome: 'evicted'; readonly eviction: NoteOf<'evicted'> }
  /** A report from before the end of its playback, which changes nothing. */
  | { readonly outcome: 'outdated' }

/**
 * `noted`: it was not held, and its player will be told. `ignored`: the report was not about its
 * end.
 */
export type StopResult = { readonly outcome: 'stopped' | 'noted' | 'not-held' | 'ignored' }
