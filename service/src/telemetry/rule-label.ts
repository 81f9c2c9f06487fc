import type { Limit } from '@streamgate/core'
import { limitScope, slotsInWords } from '../text/limit-scope.ts'
import type { Decision } from './decision-event.ts'

/** A filter can name many values. The label of a limit shows only its beginning. */
const LABEL_LENGTH_MAX = 100

/** A policy has a few limits, and each refuses often. A new policy brings new ones. */
const labels = new WeakMap<Limit, string>()

/**
 * What refused a stream, as a label: `2 streams with deviceType tv`, `devices` or `pool match-7`.
 * Empty if nothing did. All of it comes from the policy. The value of a pool with `per` comes from
 * callers, so it is left out.
 */
export function ruleLabel({ outcome, rule, pool }: Decision): string {
  if (rule !== undefined) return limitLabel(rule)
  if (pool !== undefined) return `pool ${pool.split(':', 1)[0]}`
  return outcome === 'device-denied' ? 'devices' : ''
}

function limitLabel(limit: Limit): string {
  const known = labels.get(limit)
  if (known !== undefined) return known
  const words = slotsInWords(limit) + limitScope(limit, { per: 'each' })
  const label = words.length > LABEL_LENGTH_MAX ? `${words.slice(0, LABEL_LENGTH_MAX - 1)}…` : words
  labels.set(limit, label)
  return label
}
