/** Pools: caps on streams over all users, such as licences or the capacity of a channel. */
import { attributeOf, type Described } from '../attributes.ts'
import type { StreamFilter } from '../plan.ts'
import { matchesAny } from '../rules/limits.ts'

/** The most streams that a pool may hold. */
export const POOL_MAX = 10_000_000
/** The most pools of a policy. */
export const POOLS_MAX = 100

/** How many of all users' streams may run at once. With `per` each value has a pool for itself. */
export type PoolRule = {
  readonly name: string
  readonly max: number
  /** Which streams count. All, if absent. */
  readonly where?: StreamFilter
  readonly per?: string
}

/** One pool: its full name, which is `name`, or `name:value` with `per`, and its size. */
export type Pool = { readonly name: string; readonly max: number }

/** The pools in which a stream counts. */
export function poolsOf(rules: readonly PoolRule[], stream: Described): readonly Pool[] {
  return rules.flatMap(({ name, max, where, per }) => {
    if (where !== undefined && !matchesAny([where], stream)) return []
    if (per === undefined) return [{ name, max }]
    const value = attributeOf(stream, per)
    return value === undefined ? [] : [{ name: `${name}:${value}`, max }]
  })
}

/** The pool of this full name, if the rules have it. */
export function poolNamed(rules: readonly PoolRule[], name: string): Pool | undefined {
  const rule = rules.find((one) =>
    one.per === undefined ? one.name === name : name.startsWith(`${one.name}:`),
  )
  return rule && { name, max: rule.max }
}
