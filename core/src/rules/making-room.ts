/**
 * Making room: which streams must end so that a newcomer fits under every limit.
 */
import type { Claim } from './claim.ts'
import { EVICTIONS_MAX, easiestToEnd, inTurn } from './eviction.ts'
import type { Lease } from '../lease.ts'
import { concernedBy, fullLimit, limitsOn } from './limits.ts'
import type { Limit } from '../plan.ts'
import { SlotCount } from './slots.ts'
import { isReplaced, isTakenBy } from './takeover.ts'

/** The streams to evict for the newcomer. If that makes no room, the limit in its way. */
export function makeRoom(staying: readonly Lease[], claim: Claim): readonly Lease[] | Limit {
  const { newcomer, plan, isHeartbeat } = claim
  const { whenFull } = plan
  const full = fullLimit({ plan, newcomer }, staying)
  if (full === undefined) return []
  if (isHeartbeat === true || whenFull === 'deny') return full
  const turns = inTurn(whenFull, staying)
  const evicted = surplus(turns, claim)
  if (evicted.length <= EVICTIONS_MAX) return evicted
  // The first in turn may share its slot with many. Fewer may have to end if others begin.
  const fewest = surplus(easiestToEnd(turns, limitsOn(claim)), claim)
  return fewest.length <= EVICTIONS_MAX ? fewest : full
}

/**
 * The leases that must end for the newcomer, given all that stay in the order in which they would
 * end.
 *
 * End as few streams as possible: walk from the last in turn to the first and keep each one that
 * still fits under every limit. So each stream that ends is in the way of a limit whose other
 * holders all come later, and none ends needlessly because of another limit.
 */
function surplus(staying: readonly Lease[], claim: Claim): readonly Lease[] {
  const rooms = limitsOn(claim).map((limit) => {
    const concerned = new Set(concernedBy(limit, claim, staying))
    return { concerned, slots: new SlotCount(limit, claim.newcomer) }
  })
  const ending: Lease[] = []
  for (const lease of staying.toReversed()) {
    const taken = rooms.filter(({ concerned }) => concerned.has(lease))
    if (taken.some(({ slots }) => !slots.fits(lease))) ending.push(lease)
    else for (const { slots } of taken) slots.take(lease)
  }
  return ending.toReversed()
}

/**
 * Live leases that make room if the newcomer replaces them. Those that it asked to replace, or that
 * its device gives up anyway, are not spared.
 */
export function enoughOf(live: readonly Lease[], claim: Claim): readonly Lease[] {
  const { replaces: _asked, ...asking } = claim
  const staying = without(live, live.filter(isTakenBy(asking)))
  const idleFirst = staying.toSorted((one, other) => one.renewedAtMs - other.renewedAtMs)
  const ending = surplus(
    easiestToEnd(idleFirst, limitsOn(asking), (lease) => isReplaced(claim, lease)),
    asking,
  )
  return ending.length <= EVICTIONS_MAX ? ending : []
}

/** These leases without those. */
export function without(leases: readonly Lease[], gone: readonly Lease[]): readonly Lease[] {
  return gone.length === 0 ? leases : leases.filter(({ id }) => !gone.some((lease) => lease.id === id))
}
