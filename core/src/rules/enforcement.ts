/**
 * Testing a policy before it is enforced: plans for a share of the users, and plans that are only
 * computed and logged.
 */
import { DEVICES_MAX } from '../devices.ts'
import { hashOf } from '../hash.ts'
import type { Claim } from './claim.ts'
import { admit } from './admission.ts'
import type { Lease, LeaseId, UserId } from '../lease.ts'
import { LIMIT_MAX, type Plan } from '../plan.ts'
import type { Roster } from '../roster.ts'

/** What a plan that is not enforced would have decided. */
export type ShadowDecision = {
  readonly plan: string
  readonly outcome: 'admitted' | 'denied'
  /** The leases that would have ended. */
  readonly ends: readonly LeaseId[]
}

/**
 * The plan that is enforced for a user: the plan itself, or, outside its share, one that admits all
 * and keeps the plan as its shadow. The share is stable: a user who is in at 10 percent is in at 20
 * as well.
 */
export function planFor(user: UserId, plan: Plan): Plan {
  if (plan.enforcePercent >= 100 || percentileOf(user) < plan.enforcePercent) return plan
  return {
    ...plan,
    limits: [{ max: LIMIT_MAX }],
    whenFull: 'deny',
    sameDeviceReplaces: false,
    ignore: [],
    grace: null,
    devices: plan.devices && {
      max: DEVICES_MAX,
      changes: null,
      exempt: plan.devices.exempt,
      whenFull: 'replace-least-recent',
      isOptional: true,
    },
    shadow: plan,
  }
}

/**
 * A user's place between 0 and, not including, 100. It is the same in every process and at any
 * time.
 */
function percentileOf(user: UserId): number {
  return (hashOf(user) % 10_000) / 100
}

/** What the plan's shadow would have decided on the roster as it was before the newcomer. */
export function shadowDecision(
  roster: Roster,
  { newcomer, plan, fullPool: _allUsers, ...rest }: Claim,
  nowMs: number,
): ShadowDecision | undefined {
  const { shadow } = plan
  if (shadow === null) return undefined
  const before = { ...roster, leases: roster.leases.filter(isNot(newcomer)) }
  const admission = admit(before, { ...rest, newcomer, plan: shadow }, nowMs)
  return 'ends' in admission
    ? { plan: shadow.name, outcome: 'admitted', ends: admission.ends.map(({ id }) => id) }
    : { plan: shadow.name, outcome: 'denied', ends: [] }
}

function isNot({ id }: Lease): (other: Lease) => boolean {
  return (other) => other.id !== id
}
