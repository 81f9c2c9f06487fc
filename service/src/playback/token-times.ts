/**
 * How long a playback token is valid, and which heartbeats bring a new one. Both follow from the
 * lease alone, so all processes agree and none keeps a note of the tokens it gave.
 */
import type { Pace, Paces } from '@streamgate/core'

/** A token lasts so many intervals between heartbeats, unless its lease ends before. */
const LIFE_INTERVALS = 4
/** A token outlasts its lease by so many intervals at most, so that a late heartbeat is enough. */
const GRACE_INTERVALS = 1
/** The life of a token if players send no heartbeats. A repeated start brings the next one. */
const LIFE_WITHOUT_HEARTBEATS_MS = 3_600_000
/**
 * The longest time between two heartbeats that come in time, in intervals: a told interval differs
 * from the policy's by a tenth, and players are late.
 */
const LATE_INTERVALS = 1.3

/** A lease that was started or renewed just now. */
export type RenewedLease = {
  readonly startedAtMs: number
  readonly renewedAtMs: number
  /** When it expires without another heartbeat, its grace included. */
  readonly lapsesAtMs: number | null
  /** Whether it runs above the limit, and may end before its time. */
  readonly isInGrace: boolean
}

/** The instant at which a token of this lease expires, at the pace that its player was told. */
export function tokenEndMs(lease: RenewedLease, { heartbeatSeconds }: Pace): number {
  const { renewedAtMs, lapsesAtMs } = lease
  if (heartbeatSeconds === null) return renewedAtMs + LIFE_WITHOUT_HEARTBEATS_MS
  const intervalMs = heartbeatSeconds * 1000
  const fullMs = renewedAtMs + LIFE_INTERVALS * intervalMs
  return lapsesAtMs === null ? fullMs : Math.min(fullMs, lapsesAtMs + GRACE_INTERVALS * intervalMs)
}

/**
 * Whether the heartbeat that renewed this lease brings a new token.
 *
 * From the start of the lease on, time is cut into windows of half a token's life. The first
 * heartbeat of a window is due. It is the one that comes less than `LATE_INTERVALS` after the
 * window began, and a regular player has only one there, because windows begin half an interval
 * before a regular heartbeat. A player that calls in time has at least one, so its token never runs
 * out before the next: a window and the latest heartbeat in the next one are less than a life.
 */
export function isTokenDue(lease: RenewedLease, pace: Pace): boolean {
  const { startedAtMs, renewedAtMs, isInGrace } = lease
  const { heartbeatSeconds } = pace
  if (heartbeatSeconds === null || isInGrace) return true
  const intervalMs = heartbeatSeconds * 1000
  const windowMs = (tokenEndMs(lease, pace) - renewedAtMs) / 2
  const sinceFirstMs = renewedAtMs - startedAtMs - (windowMs - intervalMs / 2)
  return sinceFirstMs >= 0 && sinceFirstMs % windowMs < LATE_INTERVALS * intervalMs
}

/**
 * The pace of a player that was told this interval, and whether it is the longer one of two. Then a
 * token that was given at the shorter pace may not last until the next heartbeat, so each is due.
 */
export function paceTold(
  { whenRoom, whenFull }: Paces,
  toldSeconds: number | null,
): { readonly pace: Pace; readonly isLonger: boolean } {
  const [short, long] = isShorter(whenRoom, whenFull) ? [whenRoom, whenFull] : [whenFull, whenRoom]
  const { heartbeatSeconds: shortSeconds } = short
  const isOne = shortSeconds === long.heartbeatSeconds && short.leaseMs === long.leaseMs
  if (isOne || shortSeconds === null) return { pace: short, isLonger: false }
  const middle = (shortSeconds + (long.heartbeatSeconds ?? Infinity)) / 2
  const isLonger = toldSeconds === null || toldSeconds > middle
  return { pace: isLonger ? long : short, isLonger }
}

/** How long a token lasts at most, in milliseconds. */
export function longestLifeMs({ whenRoom, whenFull }: Paces): number {
  const lives = [whenRoom, whenFull].map((pace) => {
    const lease = { startedAtMs: 0, renewedAtMs: 0, lapsesAtMs: pace.leaseMs, isInGrace: false }
    return tokenEndMs(lease, pace)
  })
  return Math.max(...lives)
}

function isShorter(one: Pace, other: Pace): boolean {
  return (one.heartbeatSeconds ?? Infinity) < (other.heartbeatSeconds ?? Infinity)
}
