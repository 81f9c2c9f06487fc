/**
 * The 409 of a stream that may not start: the limit that is reached, and the streams in the way.
 */
import {
  slotsUsed,
  type Lease,
  type Limit,
  type Refusal,
  type StreamFilter,
  type UserId,
} from '@streamgate/core'
import type { HttpResponse } from './http.ts'
import { listed, rateLimit } from './lease-view.ts'
import { problem } from './problem.ts'
import { isNegated, limitScope, slotNoun, slotsInWords, textsIn } from '../text/limit-scope.ts'

/** The longest body, in bytes, whatever the limit is: a player parses it while a viewer waits. */
const REFUSAL_BYTES_MAX = 4096

/** The most streams that are named: no viewer chooses among more. */
const HOLDERS_MAX = 20

/**
 * The longest rule that is shown whole, in bytes of JSON. One stream with the longest ids still
 * fits.
 */
const RULE_BYTES_MAX = 512

/** How many values of each list a longer rule shows: the first count that makes it fit. */
const VALUES_SHOWN = [10, 5, 2, 1, 0]

/** The longest `"more":…,`. */
const MORE_BYTES = '"more":1000,'.length

/** A limit as a caller sees it. `more` is how many values of its lists are left out. */
type Rule = Limit & { readonly more?: number }

/**
 * The answer to a refusal: 4 kB at most, unless the ids in `makesRoom` alone are that long.
 *
 * It names 20 streams, oldest first, or fewer if their ids and labels are long, and at least one.
 * If it has to leave some out, those in `makesRoom` stay, and then the oldest.
 * `more` counts the others. The list of the user's streams shows them all.
 */
export function presentRefusal(user: UserId, refusal: Refusal): HttpResponse {
  const { limit, holders, retryAfterMs } = refusal
  const retryAfterSeconds = retryAfterMs === null ? undefined : Math.ceil(retryAfterMs / 1000)
  const active = holders.length
  const rule = ruleOf(limit)
  const detail = detailOf(user, refusal, rule)
  const makesRoom = refusal.makesRoom.map(({ id }) => id)
  const isEnding = ({ id }: Lease) => makesRoom.includes(id)
  const worthNaming = [...holders.filter(isEnding), ...holders.filter((lease) => !isEnding(lease))]
  const headers = {
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    ...rateLimit(limit, slotsUsed(limit, holders)),
  }
  const naming = (count: number): HttpResponse => {
    const more = active - count
    const named = new Set(worthNaming.slice(0, count))
    const members = {
      limit: limit.max,
      active,
      rule,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(more > 0 && { more }),
      ...(makesRoom.length > 0 && { makesRoom }),
      streams: holders.filter((lease) => named.has(lease)).map(listed),
    }
    return problem('stream-limit-reached', detail, { members, headers })
  }
  const whole = naming(Math.min(active, HOLDERS_MAX))
  if (bytesOf(whole.body) <= REFUSAL_BYTES_MAX) return whole
  const left = REFUSAL_BYTES_MAX - MORE_BYTES - bytesOf(naming(0).body)
  return naming(fitting(worthNaming.slice(0, HOLDERS_MAX), left))
}

/** The refusal as a sentence for people. */
function detailOf(user: UserId, { limit, holders }: Refusal, rule: Rule): string {
  const { max, distinct, per, missing } = limit
  const scope = limitScope(rule, { per: 'the same', more: rule.more })
  if (missing === 'deny' && holders.length === 0) {
    const asked = [per, distinct].flatMap((name) => (name === undefined ? [] : [`the ${slotNoun(name)}`]))
    const it = asked.length > 1 ? 'both' : 'it'
    return `The plan needs to know ${asked.join(' and ')} of this stream, and the start does not tell ${it}.`
  }
  if (distinct === undefined) return `${user} is watching ${holders.length} of ${max} streams${scope}.`
  const others = `Another ${slotNoun(distinct)} is in use by the streams in the way.`
  return `${user} may watch on ${slotsInWords(limit)} at once${scope}. ${others}`
}

/** How many of these leases fit into so many bytes, in their order. At least one. */
function fitting(leases: readonly Lease[], bytesMax: number): number {
  let bytes = 0
  const tooMany = leases.findIndex((lease) => {
    bytes += bytesOf(JSON.stringify(listed(lease))) + 1
    return bytes > bytesMax
  })
  return tooMany === -1 ? leases.length : Math.max(1, tooMany)
}

/** The limit, without some of its values if they are many or long. */
function ruleOf(limit: Limit): Rule {
  const isShort = (rule: Rule) => bytesOf(JSON.stringify(rule)) <= RULE_BYTES_MAX
  if (isShort(limit)) return limit
  const shortened = VALUES_SHOWN.map((count) => showing(limit, count))
  return shortened.find(isShort) ?? { max: limit.max }
}

/** The limit with the first values of each list. */
function showing({ deviceType, where = {}, ...limit }: Limit, count: number): Rule {
  const own = cut(deviceType === undefined ? {} : { deviceType }, count)
  const wanted = cut(where, count)
  return {
    ...limit,
    ...own.shown,
    ...(Object.keys(wanted.shown).length > 0 && { where: wanted.shown }),
    more: own.more + wanted.more,
  }
}

function cut(filter: StreamFilter, count: number): { readonly shown: StreamFilter; readonly more: number } {
  const lists = Object.entries(filter).map(([name, wanted]) => ({ name, wanted, texts: textsIn(wanted) }))
  const shown = lists.flatMap(({ name, wanted, texts }) => {
    const first = texts.slice(0, count)
    return count === 0 ? [] : [[name, isNegated(wanted) ? { not: first } : first]]
  })
  const more = lists.reduce((sum, { texts }) => sum + Math.max(0, texts.length - count), 0)
  return { shown: Object.fromEntries(shown) as StreamFilter, more }
}

function bytesOf(text: string | Uint8Array = ''): number {
  return Buffer.byteLength(text)
}
