/** Starts and heartbeats of streams that count in pools. */
import { poolsOf, type Pool } from './pool.ts'
import { pooled, type PoolLedger, type PoolPolicy } from './pool-ledger.ts'
import { isContention } from '../errors.ts'
import { lapsesAtMs, type Lease, type LeaseId, type UserId } from '../lease.ts'
import { longestLeaseMs } from '../pace.ts'
import type { Policy } from '../policy/policy.ts'
import { heldLease, type Roster } from '../roster.ts'
import type { Claim } from '../rules/claim.ts'
import type { Settled, Verdict } from '../settler.ts'
import type { VerbParts } from '../verb-parts.ts'

/** Longer than any write takes. */
const INHERIT_MARGIN_MS = 20_000

const NO_POOLS: readonly Pool[] = []

/** The pools in which a stream counts under a policy. */
export function poolsFor({ pools }: Policy, stream: Lease): readonly Pool[] {
  return pools === undefined ? NO_POOLS : poolsOf(pools, stream)
}

/** What a policy says of pools. Its leases expire: see the policy's reader. */
export function poolPolicyOf({ pools = [], paces }: Policy): PoolPolicy {
  return { rules: pools, leaseMs: longestLeaseMs(paces) ?? 0 }
}

/** What a claim asks of pools. */
export type PoolClaim = {
  readonly user: UserId
  readonly claim: Claim
  readonly pools: readonly Pool[]
}

/**
 * Takes a slot in each pool, settles the claim, and gives the slots back unless it was admitted. If
 * a pool has no slot, the claim is settled all the same: a stream that is held goes on.
 */
export async function settleInPools<V extends Verdict>(
  { pools: ledger }: VerbParts,
  policy: Policy,
  { user, claim, pools, settle }: PoolClaim & { settle: (claim: Claim) => Promise<Settled<V>> },
): Promise<{ readonly settled: Settled<V>; readonly claim: Claim }> {
  const newcomer: Lease = { ...claim.newcomer, poolProcess: ledger.process }
  const { id, generation } = newcomer
  const fullPool = await ledger.take(pools, pooled(user, newcomer), poolPolicyOf(policy))
  const mayInherit = (ended: Lease, nowMs: number) => hasSlotsFor(policy, { ended, pools, nowMs })
  const inPools: Claim = { ...claim, newcomer, fullPool, mayInherit }
  try {
    const settled = await settle(inPools)
    if (settled.verdict.outcome === 'admitted') noteAdmitted(ledger, policy, { user, id, settled })
    else ledger.release(user, id, generation)
    noteEnds(ledger, user, settled)
    return { settled, claim: inPools }
  } catch (error) {
    // After other failures the lease may be held. The ledger asks the store once it should lapse.
    if (isContention(error)) ledger.release(user, id, generation)
    throw error
  }
}

/**
 * Whether a lease that ends has a slot in each of these pools. Its process must not be about to
 * find out that it has lapsed.
 */
function hasSlotsFor(
  policy: Policy,
  { ended, pools, nowMs }: { ended: Lease; pools: readonly Pool[]; nowMs: number },
): boolean {
  const untilMs = lapsesAtMs(ended)
  if (ended.poolProcess === undefined || untilMs === null || untilMs - nowMs < INHERIT_MARGIN_MS) return false
  const names = new Set(poolsFor(policy, ended).map(({ name }) => name))
  return pools.every(({ name }) => names.has(name))
}

/** An inherited slot of this process is held before the former stream gives it up. */
function noteAdmitted(
  ledger: PoolLedger,
  policy: Policy,
  { user, id, settled }: { user: UserId; id: LeaseId; settled: Settled<Verdict> },
): void {
  const lease = heldLease(settled.after, id)
  if (lease?.poolProcess === ledger.process) ledger.renewed(user, lease, poolPolicyOf(policy))
}

/** Leases that are gone after a write have ended, and use no slot any more. */
function noteEnds(
  ledger: PoolLedger,
  user: UserId,
  { before, after }: Pick<Settled<Verdict>, 'before' | 'after'>,
): void {
  if (before === after) return
  const staying = new Set(after.leases.map(({ generation }) => generation))
  for (const { id, generation } of before.leases) {
    if (!staying.has(generation)) ledger.release(user, id, generation)
  }
}

/**
 * A lease in a pool goes on. If the process that admitted it died, this one takes its slot over, in
 * one write that only one process can make.
 */
export async function renewedInPools(
  { pools: ledger, store }: VerbParts,
  policy: Policy,
  { user, lease, roster }: { readonly user: UserId; readonly lease: Lease; readonly roster: Roster },
): Promise<void> {
  const { poolProcess: from } = lease
  if (from === undefined || !ledger.renewed(user, lease, poolPolicyOf(policy))) return
  const adopted = { ...lease, poolProcess: ledger.process }
  const leases = roster.leases.map((each) => (each === lease ? adopted : each))
  const { version: _seen, ...content } = roster
  const { done } = await store.replace(user, roster, { ...content, leases })
  if (done) ledger.adopt(user, adopted, { from, rules: policy.pools ?? [] })
}
