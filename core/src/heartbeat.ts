import { admit, type Admission, type Claim } from './admission.ts'
import type { Generation } from './lease.ts'
import { evictionOf, heldLease, type Eviction, type Roster } from './roster.ts'

/** A heartbeat whose lease was not there to renew. */
export type LostHeartbeat = {
  /** The lease as it would be taken anew. */
  readonly claim: Claim
  /** The taking of the lease that the player knows; absent where it did not say. */
  readonly generation?: Generation | undefined
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
 * generation asks for that one only and is never admitted anew.
 */
export function judgeLostHeartbeat(roster: Roster, lost: LostHeartbeat, nowMs: number): LostHeartbeatVerdict {
  const { claim, generation } = lost
  const held = heldLease(roster, claim.newcomer.id)
  const isHeld = held !== undefined && (generation === undefined || held.generation === generation)
  if (!isHeld) {
    const eviction = evictionOf(roster, claim.newcomer.id, generation)
    if (eviction !== undefined && nowMs < eviction.untilMs) return { outcome: 'evicted', eviction }
    if (generation !== undefined) return { outcome: 'ended' }
  }
  return admit(roster, { ...claim, onlyIfUnchanged: true }, nowMs)
}
