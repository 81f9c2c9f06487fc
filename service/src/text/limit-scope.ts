import type { Limit, StreamFilter, WantedValues } from '@streamgate/core'
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

/** The things that a limit counts: `3 streams`, or `1 network` if it counts networks. */
export function slotsInWords({ max, distinct }: Limit): string {
  return `${max} ${max === 1 ? slotNoun(distinct) : slotNouns(distinct)}`
}

/** What one slot is: a stream, or the attribute that a limit counts by. */
export function slotNoun(distinct: string | undefined): string {
  if (distinct === undefined) return 'stream'
  return NOUNS.get(distinct)?.[0] ?? distinct
}

function slotNouns(distinct: string | undefined): string {
  const named = distinct === undefined ? undefined : NOUNS.get(distinct)
  return named?.[1] ?? `${slotNoun(distinct)}s`
}

/** Attributes whose names are not their nouns. */
const NOUNS: ReadonlyMap<string, readonly [one: string, many: string]> = new Map([
  ['deviceId', ['device', 'devices']],
  ['deviceType', ['type of device', 'types of device']],
  ['contentId', ['title', 'titles']],
])

/** What a filter matches: `deviceType tv or console and contentId other than film-1`. */
export function filterInWords(filter: StreamFilter): string {
  return Object.entries(filter)
    .map(([name, wanted]) => `${name} ${wantedInWords(wanted)}`)
    .join(' and ')
}

function wantedInWords(wanted: WantedValues): string {
  const texts = textsIn(wanted).map(printable).join(' or ')
  return isNegated(wanted) ? `other than ${texts}` : texts
}

/** The texts of a filter's member, whether they are wanted or not. */
export function textsIn(wanted: WantedValues): readonly string[] {
  if (typeof wanted === 'string') return [wanted]
  if ('not' in wanted) return [wanted.not].flat()
  return 'in' in wanted ? wanted.in : wanted
}

/** Whether the texts are those that are not wanted. */
export function isNegated(wanted: WantedValues): wanted is Extract<WantedValues, { not: unknown }> {
  return typeof wanted === 'object' && 'not' in wanted
}
