import type { DeviceRefusal, Grant, PoolRefusal, Refusal } from './decision.ts'
import { leaseTimes, type Lease, type LeaseTimes, type UserId } from './lease.ts'
import { heldLease, type Roster } from './roster.ts'
import type { Denial, DeviceDenial, PoolDenial, Write } from './rules/claim.ts'
import { shadowDecision } from './rules/enforcement.ts'
import { viewOf } from './rules/plan-view.ts'
import type { Settled } from './settler.ts'
import type { Terms } from './terms.ts'
import type { VerbParts } from './verb-parts.ts'

type Granted = Pick<Grant, 'outcome' | 'ends'> & { readonly write?: Write }

/** What a player is told of a verdict that is true by now. */
export function answer(
  parts: VerbParts,
  terms: Terms,
  { verdict, before, after }: Settled<Granted | Denial | DeviceDenial | PoolDenial>,
): Grant | Refusal | DeviceRefusal | PoolRefusal | Promise<Grant> {
  switch (verdict.outcome) {
    case 'denied':
      return refusal(parts, terms, { verdict, before, after })
    case 'device-denied':
      return deviceRefusal(parts, terms, { verdict, before, after })
    case 'pool-full': {
      const shadow = shadowDecision(before, terms.claim, parts.judgingMs())
      return { ...verdict, plan: terms.plan.name, shadow }
    }
    case 'admitted':
    case 'renewed':
      return grant(parts, terms, { verdict, before, after })
  }
}

function deviceRefusal(
  parts: VerbParts,
  { claim, plan }: Terms,
  { verdict, before }: Settled<DeviceDenial>,
): DeviceRefusal {
  return { ...verdict, plan: plan.name, shadow: shadowDecision(before, claim, parts.judgingMs()) }
}

function refusal(parts: VerbParts, { claim, plan }: Terms, { verdict, before }: Settled<Denial>): Refusal {
  const { outcome, limit, holders, makesRoom, retryAfterMs } = verdict
  const shadow = shadowDecision(before, claim, parts.judgingMs())
  return { outcome, limit, holders, makesRoom, retryAfterMs, plan: plan.name, shadow }
}

/** A promise only if the lease has to move to the pace of its user. */
function grant(parts: VerbParts, terms: Terms, settled: Settled<Granted>): Grant | Promise<Grant> {
  const { user, claim, plan, paces } = terms
  const { after } = settled
  const live = parts.finished.liveIn(after, parts.judgingMs(), user)
  const { heartbeatSeconds, leaseMs } = parts.pacer.paceOf(user, paces, { plan, live })
  const held = heldLease(after, claim.newcomer.id) ?? claim.newcomer
  const times = leaseTimes(held.renewedAtMs, leaseMs)
  const isAtPace = held.graceUntilMs !== undefined || held.expiresAtMs === times.expiresAtMs
  const granted = (lease: Lease, shown: readonly Lease[]): Grant => {
    const { outcome, ends } = settled.verdict
    const shadow =
      outcome === 'admitted' ? shadowDecision(settled.before, claim, parts.judgingMs()) : undefined
    const lapsed = removedAsLapsed(settled)
    return { ...viewOf(plan, shown), outcome, lease, heartbeatSeconds, ends, lapsed, shadow }
  }
  if (isAtPace) return granted(held, live)
  return moved(parts, user, { held, times }).then((lease) =>
    granted(lease, parts.finished.liveIn(withLease(after, lease), parts.judgingMs(), user)),
  )
}

const NONE: readonly Lease[] = []

/** The leases that are gone and that the verdict did not end. Only a `replace` removes any. */
function removedAsLapsed({ verdict, before, after }: Settled<Granted>): readonly Lease[] {
  if (verdict.write?.verb !== 'replace') return NONE
  const others = [...after.leases, ...verdict.ends]
  return before.leases.filter(({ id }) => !others.some((lease) => lease.id === id))
}

/** The answer is that of one instant, so it takes from the second write no lease but its own. */
function withLease(roster: Roster, lease: Lease): Roster {
  return { ...roster, leases: roster.leases.map((other) => (other.id === lease.id ? lease : other)) }
}

/**
 * The lease with these instants, once they are written; as it was if it is gone or another by now.
 */
async function moved(
  parts: VerbParts,
  user: UserId,
  { held, times }: { held: Lease; times: LeaseTimes },
): Promise<Lease> {
  const { reportedAtMs } = held
  const renewal = { ...times, ...(reportedAtMs !== undefined && { reportedAtMs }) }
  const { done, roster } = await parts.store.renew(user, held, renewal)
  return (done && heldLease(roster, held.id)) || held
}
