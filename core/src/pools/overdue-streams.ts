import type { FinishedStreams } from '../finished-streams.ts'
import { isLive, type Lease, type UserId } from '../lease.ts'
import type { Roster } from '../roster.ts'
import { withoutLapsed } from '../rules/notes.ts'
import type { Store } from '../store.ts'
import type { PooledStream } from './pool-share.ts'

/** What is needed to find out whether streams have ended. */
export type OverdueParts = {
  readonly store: Pick<Store, 'read' | 'replace'>
  readonly finished: FinishedStreams
  /** The name of this process, which no other has. */
  readonly process: string
  readonly judgingMs: () => number
  /** Called with leases that had lapsed, once they are removed. */
  readonly onLapsed?: ((user: UserId, leases: readonly Lease[]) => void) | undefined
}

/** Another process writes a user's roster once or twice at the end of a lease. */
const ATTEMPTS_MAX = 5

/**
 * What became of a stream that should have ended: the leases of its user that this process admitted
 * and that run. `undefined` if others kept writing, so that it is not known yet.
 *
 * A lease that has lapsed is removed before its slot is given away. Otherwise a late heartbeat, in
 * whatever process, would revive it beside the stream that has its slot by then. Both are
 * conditional writes of one roster, so only one of them can be done.
 */
export async function runningNow(
  parts: OverdueParts,
  { user }: Pick<PooledStream, 'user'>,
): Promise<readonly Lease[] | undefined> {
  const { store, finished, judgingMs, onLapsed } = parts
  let roster: Roster = await store.read(user)
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const nowMs = judgingMs()
    const own = roster.leases.filter(({ poolProcess }) => poolProcess === parts.process)
    const lapsed = own.filter((lease) => !isLive(lease, nowMs))
    if (lapsed.length === 0) return own.filter(({ streamId }) => !finished.has(streamId, nowMs, user))
    const { done, roster: after } = await store.replace(user, roster, withoutLapsed(roster, lapsed, nowMs))
    if (done) onLapsed?.(user, lapsed)
    roster = after
  }
  return undefined
}
