/** Starts and heartbeats of streams that count in pools. */
import { poolsOf, type Pool } from './pool.ts'
import { pooled, type PoolLedger, type PoolPolicy } from './pool-ledger.ts'
import { isContention } from '../errors.ts'
import { isLive, type Lease, type LeaseId, type UserId } from '../lease.ts'
import { longestLeaseMs } from '../pace.ts'
import type { Policy } from '../policy/policy.ts'
import { heldLease, type Roster, type RosterContent } from '../roster.ts'
import type { Claim } from '../rules/claim.ts'
import { withoutLapsed } from '../rules/notes.ts'
import type { Settled, Verdict } from '../settler.ts'
import type { VerbParts } from '../verb-parts.ts'

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
  const mayInherit = (ended: Lease, nowMs: number) =>
    isLive(ended, nowMs) && hasSlotsFor(ledger, policy, { ended, pools })
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
 * Whether a live lease that ends has a slot in each of these pools. Its process must be alive, so
 * that the slot is still there at the newcomer's first heartbeat.
 */
function hasSlotsFor(
  ledger: PoolLedger,
  policy: Policy,
  { ended, pools }: { readonly ended: Lease; readonly pools: readonly Pool[] },
): boolean {
  const names = new Set(poolsFor(policy, ended).map(({ name }) => name))
  return pools.every(({ name }) => names.has(name) && ledger.isAlive(name, ended.poolProcess))
}

/** An inherited slot of this process is held before the former stream gives it up. */
function noteAdmitted(
  ledger: PoolLedger,
  policy: Policy,
  { user, id, settled }: { user: UserId; id: LeaseId; settled: Settled<Verdict> },
): void {
  const lease = heldLease(settled.after, id)
  if (lease?.poolProcess === ledger.process) ledger.hold(user, lease, policy.pools ?? [])
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

/** A lease that was renewed, and the roster after that. */
export type PoolRenewal = { readonly user: UserId; readonly lease: Lease; readonly roster: Roster }

/** Another writer of the roster comes first once or twice. */
const ATTEMPTS_MAX = 5

/**
 * A lease in a pool goes on. If the process that admitted it died, this one takes its slot over, in
 * one write that only one process can make. If its slot is gone with that process, it needs
 * another: returns the pool that has none, once the lease is removed.
 */
export async function renewedInPools(
  parts: VerbParts,
  policy: Policy,
  { user, lease, roster }: PoolRenewal,
): Promise<Pool | undefined> {
  const { pools: ledger, store } = parts
  const { poolProcess: from } = lease
  if (from === undefined) return undefined
  const state = await ledger.renewed(user, lease, poolPolicyOf(policy))
  if (state === 'kept') return undefined
  const adopted = { ...lease, poolProcess: ledger.process }
  if (state === 'none') return slotAnew(parts, policy, { user, lease: adopted, roster })
  const { done } = await store.replace(user, roster, withLease(roster, adopted))
  if (done) ledger.adopt(user, adopted, { from, rules: policy.pools ?? [] })
  return undefined
}

/** A slot for a stream that lost its own, or the end of it, and then the pool that is full. */
async function slotAnew(
  { pools: ledger, store, judgingMs }: VerbParts,
  policy: Policy,
  { user, lease, roster: seen }: PoolRenewal,
): Promise<Pool | undefined> {
  const { id, generation } = lease
  const full = await ledger.take(poolsFor(policy, lease), pooled(user, lease), poolPolicyOf(policy))
  let roster = seen
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const held = heldLease(roster, id)
    if (held?.generation !== generation) break
    const next =
      full === undefined
        ? withLease(roster, { ...held, poolProcess: ledger.process })
        : withoutLapsed(roster, [held], judgingMs())
    const outcome = await store.replace(user, roster, next)
    if (outcome.done) return full
    roster = outcome.roster
  }
  ledger.release(user, id, generation)
  return full
}

/** The content with a lease of this id as it is here. */
function withLease({ version: _seen, ...content }: Roster, lease: Lease): RosterContent {
  return { ...content, leases: content.leases.map((each) => (each.id === lease.id ? lease : each)) }
}
