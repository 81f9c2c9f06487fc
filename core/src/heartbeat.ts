import { admit, type Admission, type Claim } from './admission.ts'
import type { Generation } from './lease.ts'
import { evictionOf, heldLease, type Eviction, type Roster } from './roster.ts'

/** A heartbeat whose lease was not there to renew, or runs in grace. */
export type LostHeartbeat = {
  /** The lease as it would be taken anew. */
  readonly claim: Claim
  /** The taking of the lease that the player knows; absent where it did not say. */
  readonly generation?: Generation | undefined
  /** Whether it is never taken anew, even where no generation is named. */
  readonly onlyIfHeld?: boolean | undefined
}

/** `evicted`: another stream took its place. `ended`: the taking it knows of is over. Else as a newcomer. */
export type LostHeartbeatVerdict =
  | Admission
  | { readonly outcome: 'evicted'; readonly eviction: Eviction }
  | { readonly outcome: 'ended' }

/**
 * Decides what becomes of a heartbeat whose lease is no longer held.
 *
 * An evicted stream is told so and stays out, or two devices would push each other away for ever. One
 * that merely lapsed and was tidied away is admitted anew if there is room. A player that names its
 * generation asks for that one only and is never admitted anew; nor is a report of what runs.
 */
export function judgeLostHeartbeat(roster: Roster, lost: LostHeartbeat, nowMs: number): LostHeartbeatVerdict {
  const { claim, generation, onlyIfHeld } = lost
  const held = heldLease(roster, claim.newcomer.id)
  const isHeld = held !== undefined && (generation === undefined || held.generation === generation)
  if (!isHeld) {
    const eviction = evictionOf(roster, claim.newcomer.id, generation)
    if (eviction !== undefined && nowMs < eviction.untilMs) return { outcome: 'evicted', eviction }
    if (generation !== undefined || onlyIfHeld === true) return { outcome: 'ended' }
  }
  return admit(roster, { ...claim, isHeartbeat: true }, nowMs)
}
