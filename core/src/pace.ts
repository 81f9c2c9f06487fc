import { isFull } from './rules/limits.ts'
import type { Lease, UserId } from './lease.ts'
import type { Plan } from './plan.ts'

/** How often players call, and how long a lease runs after each call. */
export type Pace = {
  /** What players are told to wait between heartbeats; `null` where nothing depends on them. */
  readonly heartbeatSeconds: number | null
  /** A lease's length; `null` where a stream is held until it is stopped. */
  readonly leaseMs: number | null
}

/** The pace of users who may start one more stream, and of those who may not. */
export type Paces = { readonly whenRoom: Pace; readonly whenFull: Pace }

/** How far a told interval is from the true one at most, so that players that began together part. */
const JITTER_RATIO = 0.1

/** What a lease runs longer than the longest told interval: for one heartbeat that comes late, or twice. */
const LEASE_PER_INTERVAL = 1.15
const LEASE_MARGIN_SECONDS = 30

/** The lease that follows an interval, in whole seconds. */
export function leaseSecondsFor(heartbeatSeconds: number): number {
  return Math.ceil(heartbeatSeconds * LEASE_PER_INTERVAL + LEASE_MARGIN_SECONDS)
}

/** How many users are remembered as full. To forget one costs a second call to the store, no more. */
const FULL_USERS_MAX = 100_000

/** Chooses how often players call: a heartbeat matters only where somebody may be denied. */
export class Pacer {
  readonly #random: () => number
  /** Users who had no room at their last answer from here: a guess at the pace of their next. */
  readonly #fullUsers = new Set<UserId>()

  /** @param random a number from 0 up to, but not including, 1. */
  constructor(random: () => number) {
    this.#random = random
  }

  /** The length of a lease that is written before the user's roster is known; right if the user is as last seen. */
  guessedLeaseMs(user: UserId, { whenRoom, whenFull }: Paces): number | null {
    return (this.#fullUsers.has(user) ? whenFull : whenRoom).leaseMs
  }

  /** The pace for a user of this plan to whom these live leases belong. */
  paceOf(user: UserId, paces: Paces, { plan, live }: { plan: Plan; live: readonly Lease[] }): Pace {
    if (!isAdaptive(paces)) return paces.whenRoom
    const hasNoRoom = isFull(plan, live)
    if (!hasNoRoom) this.#fullUsers.delete(user)
    else if (this.#fullUsers.size < FULL_USERS_MAX) this.#fullUsers.add(user)
    else this.#fullUsers.clear()
    const { heartbeatSeconds, leaseMs } = hasNoRoom ? paces.whenFull : paces.whenRoom
    const told = heartbeatSeconds && this.#withJitter(heartbeatSeconds)
    // A policy may ask for a call just before the lease is over; chance must not put it behind that.
    const isTooLate = told !== null && leaseMs !== null && told * 1000 > leaseMs
    return { heartbeatSeconds: isTooLate ? heartbeatSeconds : told, leaseMs }
  }

  #withJitter(heartbeatSeconds: number): number {
    return Math.max(1, Math.round(heartbeatSeconds * (1 + JITTER_RATIO * (2 * this.#random() - 1))))
  }
}

/** The longest lease that a player may have; `null` if one never lapses. */
export function longestLeaseMs({ whenRoom, whenFull }: Paces): number | null {
  if (whenRoom.leaseMs === null || whenFull.leaseMs === null) return null
  return Math.max(whenRoom.leaseMs, whenFull.leaseMs)
}

function isAdaptive({ whenRoom, whenFull }: Paces): boolean {
  return whenRoom.heartbeatSeconds !== whenFull.heartbeatSeconds || whenRoom.leaseMs !== whenFull.leaseMs
}
