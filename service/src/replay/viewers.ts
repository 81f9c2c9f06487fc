import type { LeaseId, UserId } from '@streamgate/core'

/** The most leases of one user that are remembered beyond the roster. */
const LEASES_MAX = 1000

/**
 * What is known of a lease beyond the roster. `silent`: its player was sent away in the replay, and
 * makes no more calls.
 */
type Fate = 'seen' | 'silent'

type Viewer = { readonly fates: Map<LeaseId, Fate>; lastSeenMs: number }

/**
 * What a replay remembers of users who call: which of their leases it has met, and which players it
 * has sent away. Users who have not called for long are forgotten, so that a log of any length
 * fits.
 */
export class Viewers {
  /** The user who called last comes last. */
  readonly #viewers = new Map<UserId, Viewer>()

  /** Whether this lease was met before. */
  hasSeen(user: UserId, leaseId: LeaseId): boolean {
    return this.#viewers.get(user)?.fates.has(leaseId) === true
  }

  isSilent(user: UserId, leaseId: LeaseId): boolean {
    return this.#viewers.get(user)?.fates.get(leaseId) === 'silent'
  }

  note(user: UserId, leaseId: LeaseId, fate: Fate): void {
    const fates = this.#viewers.get(user)?.fates
    if (fates === undefined) return
    fates.delete(leaseId)
    fates.set(leaseId, fate)
    const [oldest] = fates.keys()
    if (fates.size > LEASES_MAX && oldest !== undefined) fates.delete(oldest)
  }

  /** The user calls. */
  meet(user: UserId, nowMs: number): void {
    const viewer = this.#viewers.get(user) ?? { fates: new Map(), lastSeenMs: nowMs }
    viewer.lastSeenMs = nowMs
    this.#viewers.delete(user)
    this.#viewers.set(user, viewer)
  }

  forget(user: UserId): void {
    this.#viewers.delete(user)
  }

  /** Users who have not called since this instant, the longest silent first. */
  *silentSince(sinceMs: number): Generator<UserId> {
    for (const [user, { lastSeenMs }] of this.#viewers) {
      if (lastSeenMs >= sinceMs) return
      yield user
    }
  }
}
