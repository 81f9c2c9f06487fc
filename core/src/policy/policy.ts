import type { Paces } from '../pace.ts'
import { planOfOneLimit, type Plan } from '../plan.ts'
import type { PoolRule } from '../pools/pool.ts'
import type { Scope } from '../tenants.ts'
import { faultsInWords, type PolicyFault } from './fault.ts'

/** All plans, and how long a lease runs. */
export type Policy = {
  readonly paces: Paces
  readonly defaultPlan: Plan
  readonly plans: ReadonlyMap<string, Plan>
  /** By name. Without any, all callers are of the default tenant, which has the plans above. */
  readonly tenants?: ReadonlyMap<string, Tenant>
  /**
   * What a start or a heartbeat gets while the store does not answer. `deny`, the default: an
   * error. `allow`: the stream may run, without a lease.
   */
  readonly whenStoreFails?: 'deny' | 'allow'
  /** Caps on the streams of all users together. */
  readonly pools?: readonly PoolRule[]
}

/** The plans of a tenant, and the scope in which its users are stored. */
export type Tenant = Pick<Policy, 'defaultPlan' | 'plans'> & { readonly scope: Scope }

/**
 * One plan, `standard`: three streams, a lease of 75 s with a heartbeat every 25 s, denied when
 * full.
 */
export const DEFAULT_POLICY: Policy = (() => {
  const standard = planOfOneLimit('standard', 3)
  const pace = { heartbeatSeconds: 25, leaseMs: 75_000 }
  return {
    paces: { whenRoom: pace, whenFull: pace },
    defaultPlan: standard,
    plans: new Map([[standard.name, standard]]),
  }
})()

/**
 * Thrown for a policy that cannot be used. `faults` holds all faults, and the message names the
 * first twenty.
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly faults: readonly PolicyFault[]

  constructor(faults: readonly PolicyFault[]) {
    super(faultsInWords(faults))
    this.faults = faults
  }
}
