import { randomInt } from 'node:crypto'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { numberValue } from './members.ts'

/** When an item may be changed. Ids are only in `names` and `values`. */
export type Condition = {
  readonly condition: string
  readonly names?: Readonly<Record<string, string>>
  readonly values?: Readonly<Record<string, AttributeValue>>
}

/** How an item that meets the condition changes. Without an `update` it is deleted. */
export type Change = Condition & { readonly update?: string }

/**
 * The versions of a new item begin at random below this bound. An erased user who comes back has
 * other versions, so a caller that read the old roster cannot replace the new one.
 */
const FIRST_VERSION_MAX = 2 ** 47

/** Part of every update that changes a roster. */
export const NEXT_VERSION = 'V=if_not_exists(V,:start)+:one'

/** Where a new item's versions begin, if this write turns out to be its first. */
export function randomStart(): number {
  return randomInt(1, FIRST_VERSION_MAX)
}

/** The values of `NEXT_VERSION`. An item without a version gets the one after `start`. */
export function versionValues(start: number): Record<string, AttributeValue> {
  return { ':start': numberValue(start), ':one': numberValue(1) }
}
