/** How often players call, and how long a lease runs after each call. */
export type Pace = {
  /** The wait between heartbeats that players are told; `null` if nothing depends on heartbeats. */
  readonly heartbeatSeconds: number | null
  /** A lease's length; `null` if a stream is held until it is stopped. */
  readonly leaseMs: number | null
}

/** The pace of users who may start one more stream, and of those who may not. */
export type Paces = { readonly whenRoom: Pace; readonly whenFull: Pace }

/**
 * A lease outlasts the longest interval a player is told, by enough for one heartbeat that is late
 * or sent twice.
 */
const LEASE_PER_INTERVAL = 1.15
const LEASE_MARGIN_SECONDS = 30

/** The lease that follows an interval, in whole seconds. */
export function leaseSecondsFor(heartbeatSeconds: number): number {
  return Math.ceil(heartbeatSeconds * LEASE_PER_INTERVAL + LEASE_MARGIN_SECONDS)
}

/** The longest lease that a player may have; `null` if one never lapses. */
export function longestLeaseMs({ whenRoom, whenFull }: Paces): number | null {
  if (whenRoom.leaseMs === null || whenFull.leaseMs === null) return null
  return Math.max(whenRoom.leaseMs, whenFull.leaseMs)
}

/** Whether the pace depends on the room that a user has. */
export function isAdaptive({ whenRoom, whenFull }: Paces): boolean {
  return whenRoom.heartbeatSeconds !== whenFull.heartbeatSeconds || whenRoom.leaseMs !== whenFull.leaseMs
}
