/**
 * The 409 of a stream that may not start: the limit that is reached, and the streams in the way.
 */
import type { Lease, Limit, Refusal, StreamFilter, UserId } from '@streamgate/core'
import type { HttpResponse } from './http.ts'
import { listed, rateLimit } from './lease-view.ts'
import { problem } from './problem.ts'
import { isNegated, limitScope, textsIn } from '../text/limit-scope.ts'

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
 * The answer to a refusal, 4 kB at most.
 *
 * It names the oldest streams: 20, or fewer if their ids and labels are long, and at least one.
 * `more` counts the others. The list of the user's streams shows them all.
 */
export function presentRefusal(user: UserId, { limit, holders, retryAfterMs }: Refusal): HttpResponse {
  const retryAfterSeconds = retryAfterMs === null ? undefined : Math.ceil(retryAfterMs / 1000)
  const active = holders.length
  const rule = ruleOf(limit)
  const scope = limitScope(rule, { per: 'the same', more: rule.more })
  const detail = `${user} is watching ${active} of ${limit.max} streams${scope}.`
  const headers = {
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    ...rateLimit(limit, active),
  }
  const naming = (count: number): HttpResponse => {
    const more = active - count
    const members = {
      limit: limit.max,
      active,
      rule,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(more > 0 && { more }),
      streams: holders.slice(0, count).map(listed),
    }
    return problem('stream-limit-reached', detail, { members, headers })
  }
  const whole = naming(Math.min(active, HOLDERS_MAX))
  if (bytesOf(whole.body) <= REFUSAL_BYTES_MAX) return whole
  const left = REFUSAL_BYTES_MAX - MORE_BYTES - bytesOf(naming(0).body)
  return naming(fitting(holders.slice(0, HOLDERS_MAX), left))
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
