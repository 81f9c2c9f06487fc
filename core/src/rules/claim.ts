import type { Device } from '../devices.ts'
import type { Pool } from '../pools/pool.ts'
import type { Lease, LeaseId, Renewal } from '../lease.ts'
import type { Limit, Plan } from '../plan.ts'
import type { RosterContent } from '../roster.ts'
import type { LeaseRef, Room } from '../store.ts'

/** What a newcomer asks for: its lease as it would be held, under a plan. */
export type Claim = {
  readonly newcomer: Lease
  readonly plan: Plan
  /**
   * A lease to end in the same step, or several. One that is not held, or is the newcomer itself,
   * changes nothing.
   */
  readonly replaces?: LeaseId | readonly LeaseId[] | undefined
  /**
   * Whether this is a player that continues, and not a viewer who wants to watch here. The answer
   * then only holds for the roster it was given for, because it must not undo an eviction that it
   * has not seen. It ends no stream but the one it `replaces`, and opens no grace.
   */
  readonly isHeartbeat?: boolean
  /** A pool that has no slot for the newcomer, or of which none was taken yet. */
  readonly fullPool?: Pool | undefined
  /** Whether the newcomer can take over the slots of a lease that ends for it, at this instant. */
  readonly mayInherit?: (ended: Lease, nowMs: number) => boolean
}

/**
 * The one conditional write that makes a decision true. If it is refused, the decision was out of
 * date.
 */
export type Write =
  | { readonly verb: 'add'; readonly lease: Lease; readonly room: Room }
  | { readonly verb: 'renew'; readonly lease: LeaseRef; readonly renewal: Renewal }
  | { readonly verb: 'replace'; readonly next: RosterContent }

/**
 * A limit is reached: which limit, the streams in the way, and when the first of them can expire.
 */
export type Denial = {
  readonly outcome: 'denied'
  readonly limit: Limit
  /**
   * Exactly the live leases that stand in the way, oldest first: those that this limit counts,
   * without any that would share the newcomer's slot. None if the newcomer lacks the limit's
   * attribute.
   */
  readonly holders: readonly Lease[]
  /**
   * Some of the live leases. If the newcomer replaces them, it has room under every limit. Empty if
   * nothing or only too many would make room.
   */
  readonly makesRoom: readonly Lease[]
  /** From now to the earliest expiry of a holder, more than 0. `null` if none can expire. */
  readonly retryAfterMs: number | null
}

/** A pool over all users has no slot left. */
export type PoolDenial = { readonly outcome: 'pool-full'; readonly pool: Pool }

/** The device may not be registered: all registered ones, and when the next change is possible. */
export type DeviceDenial = {
  readonly outcome: 'device-denied'
  /** How many devices the plan allows. */
  readonly max: number
  /** In the order of their registration. */
  readonly devices: readonly Device[]
  /** In milliseconds since the epoch. Not later than now if a device only has to be removed. */
  readonly nextChangeAtMs: number
  /** Whether the number of changes denies it, and not the number of devices alone. */
  readonly isTooSoon: boolean
}

/** One more stream runs, or ran already. This is true once the write is done. */
export type Admittance = {
  readonly outcome: 'admitted' | 'renewed'
  readonly write: Write
  /** The live leases that end with it. */
  readonly ends: readonly Lease[]
}

/** `admitted`: one more stream runs. `renewed`: it ran already. */
export type Admission = Admittance | Denial | DeviceDenial | PoolDenial
