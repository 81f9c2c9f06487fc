import type { Lease, StreamId, UserId } from './lease.ts'
import { liveLeases, type Roster } from './roster.ts'
import type { Store } from './store.ts'
import { scopeOf, storedStream } from './tenants.ts'

/**
 * How often all notes are read again. If a writer's clock is far ahead, a store that sorts notes by
 * time may have hidden the notes of others behind its own.
 */
const REREAD_MS = 600_000

/**
 * The streams that have finished, as far as this process knows. Each is one of the tenant of its
 * user, as stored: see `tenants.ts`. Without a user it is one of the default tenant.
 */
export class FinishedStreams {
  /** Until when each note counts. */
  readonly #untilMs = new Map<StreamId, number>()
  #cursor: string | undefined
  #readFromStartAtMs = Number.NEGATIVE_INFINITY

  /** Whether a stream has finished, at this instant. */
  has(streamId: StreamId, nowMs: number, user?: UserId): boolean {
    if (this.#untilMs.size === 0) return false
    const scope = user === undefined ? '' : scopeOf(user)
    const untilMs = this.#untilMs.get(storedStream(scope, streamId))
    return untilMs !== undefined && nowMs < untilMs
  }

  /** Adds a note that was made here, on a stream as it is stored. */
  learn(streamId: StreamId, untilMs: number): void {
    this.#untilMs.set(streamId, Math.max(untilMs, this.#untilMs.get(streamId) ?? 0))
  }

  /**
   * Reads new notes from the store, and drops expired ones. One call to the store if little is new.
   */
  async refresh(store: Pick<Store, 'finishedSince'>, nowMs: number): Promise<void> {
    if (nowMs - this.#readFromStartAtMs >= REREAD_MS) {
      this.#readFromStartAtMs = nowMs
      this.#cursor = undefined
    }
    let hasMore = true
    while (hasMore) {
      const page = await store.finishedSince(this.#cursor)
      for (const { streamId, untilMs } of page.streams) this.learn(streamId, untilMs)
      this.#cursor = page.cursor
      hasMore = page.hasMore
    }
    for (const [streamId, untilMs] of this.#untilMs) {
      if (untilMs <= nowMs) this.#untilMs.delete(streamId)
    }
  }

  /**
   * The roster as it is judged: a lease whose stream has finished counts as expired, whatever it
   * says. Its ids and its version are those of the given roster, so a write may be based on it.
   */
  judged(roster: Roster, nowMs: number, user?: UserId): Roster {
    if (this.#untilMs.size === 0) return roster
    if (!roster.leases.some(({ streamId }) => this.has(streamId, nowMs, user))) return roster
    const leases = roster.leases.map((lease) =>
      this.has(lease.streamId, nowMs, user) ? lapsed(lease) : lease,
    )
    return { ...roster, leases }
  }

  /**
   * The leases that count at this instant: those that have not expired, on streams that have not
   * finished.
   */
  liveIn(roster: Roster, nowMs: number, user?: UserId): Lease[] {
    return liveLeases(this.judged(roster, nowMs, user), nowMs)
  }
}

/** A lease that expired long ago. */
function lapsed(lease: Lease): Lease {
  return { ...lease, renewedAtMs: 0, expiresAtMs: 0 }
}
