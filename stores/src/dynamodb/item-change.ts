import type { AttributeValue } from './attribute-value.ts'
import { numberValue } from './members.ts'

/** When an item may be changed. Ids are only in `names` and `values`. */
export type Condition = {
  readonly condition: string
  readonly names?: Readonly<Record<string, string>>
  readonly values?: Readonly<Record<string, AttributeValue>>
}

/** How an item that meets the condition changes. Without an `update` it is deleted. */
export type ItemChange = Condition & { readonly update?: string }

/** Part of every update that changes a roster. */
export const NEXT_VERSION = 'V=if_not_exists(V,:start)+:one'

/** The values of `NEXT_VERSION`. An item without a version gets the one after `start`. */
export function versionValues(start: number): Record<string, AttributeValue> {
  return { ':start': numberValue(start), ':one': numberValue(1) }
}
