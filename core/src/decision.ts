/**
 * What is asked of the limiter, and what it answers.
 */
import type { Denial } from './admission.ts'
import type { ShadowDecision } from './enforcement.ts'
import type { Generation, Lease, LeaseId, StreamDescription, UserId } from './lease.ts'
import type { Limit } from './plan.ts'
import type { Eviction } from './roster.ts'

/** May this user start this stream? */
export type StartRequest = {
  readonly user: UserId
  readonly stream: StreamDescription
  /** The plan's name; the default plan where it is absent. */
  readonly plan?: string | undefined
  /** A lease to end in the same step. */
  readonly replaces?: LeaseId | undefined
}

/** The player is still here. What it tells of the stream is used only where the lease must be taken anew. */
export type HeartbeatRequest = StartRequest & {
  /** Only this taking of the lease; it is then never taken anew. */
  readonly generation?: Generation | undefined
  /** Whether a lease that is gone stays gone, because the caller reports and does not ask. */
  readonly onlyIfHeld?: boolean
}

/** What a plan says of a user's streams. */
export type PlanView = {
  readonly plan: string
  /** The limit on all streams, or else the plan's first. */
  readonly limit: Limit
  /** All that runs for this user now, oldest first. */
  readonly live: readonly Lease[]
  /** Those of them that the plan counts, and those that it ignores. */
  readonly counted: readonly Lease[]
  readonly ignored: readonly Lease[]
}

/** The stream may run until `lease.expiresAtMs`. */
export type Grant = PlanView & {
  /** `admitted`: taken by this call. `renewed`: it was held already. */
  readonly outcome: 'admitted' | 'renewed'
  readonly lease: Lease
  /** The wait until the next heartbeat; `null` where none is needed. */
  readonly heartbeatSeconds: number | null
  /** The live leases that ended with it. */
  readonly ends: readonly Lease[]
  /** What the plan's shadow would have decided; only of a stream that was admitted. */
  readonly shadow?: ShadowDecision | undefined
}

/** The stream may not run, under the plan of this name. */
export type Refusal = Denial & { readonly plan: string; readonly shadow?: ShadowDecision | undefined }

/** The stream has finished, for every user. */
export type Finished = { readonly outcome: 'finished' }

export type StartResult = Grant | Refusal | Finished
export type HeartbeatResult =
  | StartResult
  | { readonly outcome: 'evicted'; readonly eviction: Eviction }
  | { readonly outcome: 'ended' }
