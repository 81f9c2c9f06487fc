import { planOfOneLimit, type Plan } from './plan.ts'
import type { Paces } from './pace.ts'

/** All plans, and how long a lease runs. */
export type Policy = {
  readonly paces: Paces
  readonly defaultPlan: Plan
  readonly plans: ReadonlyMap<string, Plan>
}

/** What is wrong with one place of a policy file, by its JSON pointer (RFC 6901). */
export type PolicyFault = { readonly pointer: string; readonly detail: string }

/** One plan, `standard`: three streams, a lease of 75 s with a heartbeat every 25 s, denied when full. */
export const DEFAULT_POLICY: Policy = (() => {
  const standard = planOfOneLimit('standard', 3)
  const pace = { heartbeatSeconds: 25, leaseMs: 75_000 }
  return {
    paces: { whenRoom: pace, whenFull: pace },
    defaultPlan: standard,
    plans: new Map([[standard.name, standard]]),
  }
})()

/** Thrown for a policy that cannot be used; names every fault. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly faults: readonly PolicyFault[]

  constructor(faults: readonly PolicyFault[]) {
    super(faults.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`).join('; '))
    this.faults = faults
  }
}
