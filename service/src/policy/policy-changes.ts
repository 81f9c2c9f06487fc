import type { Plan, Policy } from '@streamgate/core'
import { escapeId } from '../text/escape-id.ts'

/** The most plan names that a list of changes holds. */
const NAMES_MAX = 20

/** Names of plans, the first twenty, and how many there are if there are more. */
type Named<Change extends string> = { readonly [Name in Change]?: readonly string[] } & {
  readonly [Name in `${Change}Count`]?: number
}

/**
 * What one policy does differently from another, for the log: names of plans, and no empty members.
 */
export type PolicyChanges = Named<'added' | 'removed' | 'changed'> & {
  /** The new default plan, if it has changed. */
  readonly defaultPlan?: string
  /** How often players call and how long a lease runs, if that has changed. */
  readonly paces?: Policy['paces']
  /** What calls get while the store does not answer, if that has changed. */
  readonly whenStoreFails?: 'deny' | 'allow'
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
    ...named('added', added),
    ...named('removed', removed),
    ...named('changed', changed),
    ...(before.defaultPlan.name !== after.defaultPlan.name && {
      defaultPlan: escapeId(after.defaultPlan.name),
    }),
    ...(!isSame(before.paces, after.paces) && { paces: after.paces }),
    ...(failing(before) !== failing(after) && { whenStoreFails: failing(after) }),
  }
}

function named<Change extends string>(change: Change, names: readonly string[]): Named<Change> {
  if (names.length === 0) return {}
  const first = names.slice(0, NAMES_MAX).map(escapeId)
  const count = names.length > NAMES_MAX ? { [`${change}Count`]: names.length } : {}
  return { [change]: first, ...count } as Named<Change>
}

function namesIn({ plans }: Policy, isMeant: (name: string) => boolean): string[] {
  return [...plans.keys()].filter(isMeant)
}

function failing({ whenStoreFails = 'deny' }: Policy): 'deny' | 'allow' {
  return whenStoreFails
}

/** Both are read by the same reader, so that their members come in the same order. */
function isSame(one: Plan | Policy['paces'], other: Plan | Policy['paces'] | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
