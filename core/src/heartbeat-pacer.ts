import type { Lease, UserId } from './lease.ts'
import { isAdaptive, type Pace, type Paces } from './pace.ts'
import type { Plan } from './plan.ts'
import { isFull } from './rules/limits.ts'

/**
 * The most by which a told interval differs from the policy's, so that players that began together
 * drift apart.
 */
const JITTER_RATIO = 0.1

/**
 * How many users are remembered as full. Forgetting one costs a second call to the store, no more.
 */
const FULL_USERS_MAX = 100_000

/** Chooses how often players call. A heartbeat matters only if somebody may be denied. */
export class HeartbeatPacer {
  readonly #random: () => number
  /**
   * Users who had no room at their last answer from this process: a guess at the pace of their next
   * one.
   */
  readonly #fullUsers = new Set<UserId>()

  /** @param random a number from 0 up to, but not including, 1. */
  constructor(random: () => number) {
    this.#random = random
  }

  /**
   * The length of a lease that is written before the user's roster is known. It is right if the
   * user is as last seen.
   */
  guessedLeaseMs(user: UserId, { whenRoom, whenFull }: Paces): number | null {
    return (this.#fullUsers.has(user) ? whenFull : whenRoom).leaseMs
  }

  /** The pace for a user of this plan who has these live leases. */
  paceOf(user: UserId, paces: Paces, { plan, live }: { plan: Plan; live: readonly Lease[] }): Pace {
    if (!isAdaptive(paces)) return paces.whenRoom
    const hasNoRoom = isFull(plan, live)
    if (!hasNoRoom) this.#fullUsers.delete(user)
    else if (this.#fullUsers.size < FULL_USERS_MAX) this.#fullUsers.add(user)
    else this.#fullUsers.clear()
    const { heartbeatSeconds, leaseMs } = hasNoRoom ? paces.whenFull : paces.whenRoom
    const told = heartbeatSeconds && this.#withJitter(heartbeatSeconds)
    // A policy may ask for a call just before the lease ends. Jitter must not move that call behind
    // the end.
    const isTooLate = told !== null && leaseMs !== null && told * 1000 > leaseMs
    return { heartbeatSeconds: isTooLate ? heartbeatSeconds : told, leaseMs }
  }

  #withJitter(heartbeatSeconds: number): number {
    return Math.max(1, Math.round(heartbeatSeconds * (1 + JITTER_RATIO * (2 * this.#random() - 1))))
  }
}
