import { scopeOf, userIn, type Lease, type UserId } from '@streamgate/core'
import type { MadeDecisions } from '../telemetry/decision-event.ts'
import { lapseOf } from './lease-view.ts'

/** What the log is told of. */
type Told = { readonly decision: (made: MadeDecisions) => void }

/**
 * Writes a line for each lease of a user that had lapsed, once it is removed.
 *
 * @param areUsersAsStored whether the users come from the store, and not from their calls.
 */
export function lapseLines(
  log: Told | undefined,
  now: () => number,
  areUsersAsStored = false,
): (user: UserId, leases: readonly Lease[]) => void {
  return (user, leases) =>
    log?.decision({
      atMs: now(),
      areUsersAsStored,
      decision: leases.map((lease) => lapseOf(userIn(user), lease, scopeOf(user) || undefined)),
    })
}
