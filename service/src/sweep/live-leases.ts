import { isLive, type ScannedUser, type StreamId, type UserId } from '@streamgate/core'

/** What decides which leases count. */
export type LiveJudge = {
  readonly finished: {
    readonly has: (streamId: StreamId, nowMs: number, user: UserId) => boolean
  }
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly skewMs: number
}

/** How many leases of these users count now. */
export function liveLeasesOf(users: readonly ScannedUser[], { finished, now, skewMs }: LiveJudge): number {
  const nowMs = now() - skewMs
  let count = 0
  for (const { user, roster } of users) {
    for (const lease of roster.leases) {
      if (isLive(lease, nowMs) && !finished.has(lease.streamId, nowMs, user)) count += 1
    }
  }
  return count
}
