import type { PlanView } from '../decision.ts'
import type { Lease } from '../lease.ts'
import { counted, headlineLimit, ignored } from './limits.ts'
import type { Plan } from '../plan.ts'

/** What the plan says about these live streams. */
export function viewOf(plan: Plan, live: readonly Lease[]): PlanView {
  return {
    plan: plan.name,
    limit: headlineLimit(plan),
    live,
    counted: counted(plan, live),
    ignored: ignored(plan, live),
  }
}
