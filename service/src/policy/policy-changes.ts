import type { Plan, Policy } from '@streamgate/core'
import { escapeId } from '../log.ts'

/** What one policy does differently from another, as the log tells it: names of plans, and nothing that says nothing. */
export type PolicyChanges = {
  readonly added?: readonly string[]
  readonly removed?: readonly string[]
  readonly changed?: readonly string[]
  /** The new default plan, where it is another. */
  readonly defaultPlan?: string
  /** How often players call and how long a lease runs, where that is different. */
  readonly paces?: Policy['paces']
}

/** The changes from the policy `before` to the one `after`. */
export function policyChanges(before: Policy, after: Policy): PolicyChanges {
  const added = namesIn(after, (name) => !before.plans.has(name))
  const removed = namesIn(before, (name) => !after.plans.has(name))
  const changed = namesIn(after, (name) => {
    const former = before.plans.get(name)
    return former !== undefined && !isSame(former, after.plans.get(name))
  })
  return {
    ...(added.length > 0 && { added }),
    ...(removed.length > 0 && { removed }),
    ...(changed.length > 0 && { changed }),
    ...(before.defaultPlan.name !== after.defaultPlan.name && {
      defaultPlan: escapeId(after.defaultPlan.name),
    }),
    ...(!isSame(before.paces, after.paces) && { paces: after.paces }),
  }
}

function namesIn({ plans }: Policy, isMeant: (name: string) => boolean): string[] {
  return [...plans.keys()].filter(isMeant).map(escapeId)
}

/** Both are read by the same reader, so that their members come in the same order. */
function isSame(one: Plan | Policy['paces'], other: Plan | Policy['paces'] | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
