import type { Limit, StreamFilter } from '@streamgate/core'
import { printable } from './printable.ts'

/** How a scope is worded. */
export type ScopeWording = {
  /** `on each contentId` in a plan, `on the same contentId` in a denial. */
  readonly per: 'each' | 'the same'
  /** How many values of the filters are left out. */
  readonly more?: number | undefined
}

/** What a limit counts, for the end of a sentence: ` with deviceType tv on each contentId`. */
export function limitScope({ deviceType, where, per }: Limit, wording: ScopeWording): string {
  const filters = [
    ...(deviceType === undefined ? [] : [filterInWords({ deviceType })]),
    ...(where === undefined ? [] : [filterInWords(where)]),
  ]
  const others = wording.more === undefined ? '' : ` or ${wording.more} others`
  const scope = per === undefined ? '' : ` on ${wording.per} ${per}`
  return filters.map((one) => ` with ${one}`).join('') + others + scope
}

/** The values that a filter matches: `deviceType tv or console and contentId film-1`. */
export function filterInWords(filter: StreamFilter): string {
  return Object.entries(filter)
    .map(([name, values]) => `${name} ${[values].flat().map(printable).join(' or ')}`)
    .join(' and ')
}
