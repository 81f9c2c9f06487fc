import type { PlanView } from './decision.ts'
import type { UserId } from './lease.ts'
import type { Policy } from './policy/policy.ts'
import { planOf } from './rules/plan-lookup.ts'
import { viewOf } from './rules/plan-view.ts'
import type { VerbParts } from './verb-parts.ts'

/** What runs for a user now: see `Limiter.list`. */
export async function list(
  { store, finished, judgingMs }: VerbParts,
  policy: Policy,
  user: UserId,
): Promise<PlanView> {
  const live = finished.liveIn(await store.read(user), judgingMs(), user)
  return viewOf(planOf(policy, live.at(-1)), live)
}
