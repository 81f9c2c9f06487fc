/**
 * Rate limits: how fast one user and one caller may call. They are put around the routes when the
 * service is put together, so that without limits no call pays for them.
 */
import { tenantOf } from './caller.ts'
import { clientAddressOf, type ProxyTrust } from './client-address.ts'
import type { Fault } from './fault.ts'
import type { HttpRequest } from './http.ts'
import type { Call, Route } from './route.ts'
import { networkText } from '../text/ip-address.ts'
import { textOfUtf8 } from '../text/strict-utf8.ts'
import { TokenBuckets } from '../time/token-buckets.ts'

/** The rates, in calls per second. 0 if there is no limit. */
export type RateSettings = ProxyTrust & { readonly userRate: number; readonly callerRate: number }

/** What rate limits need beside their settings. */
export type RateParts = {
  /** Milliseconds since any instant. They never go back. */
  readonly monotonicMs: () => number
}

/** How much may come at once, in seconds of the rate. */
const BURST_SECONDS = 10
/** About 10 MB for each limit. A user who is forgotten may call as if new. */
const BUCKETS_MAX = 100_000
/** A longer key is not that of a valid request, which is rejected without a limit. */
const KEY_LENGTH_MAX = 1024
/** Bits of an address that tell callers apart. A host of IPv6 has a network of 64 to itself. */
const CALLER_BITS = { 4: 32, 6: 64 } as const

/** An address of IPv4 as Node writes it, and what it puts in front on a socket of IPv6. */
const IPV4 = /^(?:::ffff:)?\d+\.\d+\.\d+\.\d+$/
const MAPPED = /^::ffff:/

/** A limit, and the key of a call's bucket in it. */
type RateLimit = {
  readonly of: 'user' | 'stream' | 'caller'
  readonly buckets: TokenBuckets
  readonly keyOf: (call: Call) => string
}

/** The routes, with these limits on calls of viewers. Without limits they are the same ones. */
export function limitedRoutes(
  routes: readonly Route[],
  { userRate, callerRate, ...trust }: RateSettings,
  { monotonicMs }: RateParts,
): readonly Route[] {
  const ofUser: RateLimit = { of: 'user', buckets: bucketsOf(userRate), keyOf: userKey }
  const ofStream: RateLimit = { of: 'stream', buckets: bucketsOf(userRate), keyOf: streamKey }
  const ofCaller: RateLimit = {
    of: 'caller',
    buckets: bucketsOf(callerRate),
    keyOf: (call) => callerKey(call, trust),
  }
  // The user comes first, so that one user does not use up what a backend may do for all.
  const usual = [...(userRate > 0 ? [ofUser] : []), ...(callerRate > 0 ? [ofCaller] : [])]
  const ofHeartbeats = userRate > 0 ? [ofStream] : []
  return routes.map((route) => {
    if (route.audience !== 'viewer' || route.limitedBy === 'nothing') return route
    return limited(route, route.limitedBy === 'stream' ? ofHeartbeats : usual, monotonicMs)
  })
}

function bucketsOf(perSecond: number): TokenBuckets {
  return new TokenBuckets({ perSecond, burst: perSecond * BURST_SECONDS }, BUCKETS_MAX)
}

function limited(route: Route, limits: readonly RateLimit[], monotonicMs: () => number): Route {
  if (limits.length === 0) return route
  return {
    ...route,
    handle: (call) => {
      const fault = tooFast(limits, call, Math.floor(monotonicMs()))
      return fault === undefined ? route.handle(call) : { fault }
    },
  }
}

function tooFast(limits: readonly RateLimit[], call: Call, nowMs: number): Fault | undefined {
  for (const { of, buckets, keyOf } of limits) {
    const key = keyOf(call)
    const waitMs = key.length > KEY_LENGTH_MAX ? 0 : buckets.take(key, nowMs)
    if (waitMs > 0) return { kind: 'too-fast', of, waitMs }
  }
  return undefined
}

function userKey({ request, caller, params: { userId = '' } }: Call): string {
  return `${tenantOf(caller) ?? tenantIn(request)}\n${decoded(userId)}`
}

/** Each stream has a bucket of its own, so that no other device can use up its heartbeats. */
function streamKey(call: Call): string {
  return `${userKey(call)}\n${decoded(call.params['id'] ?? '')}`
}

/** The user of a token, or the API key, or else the address behind all trusted proxies. */
function callerKey({ request, caller }: Call, trust: ProxyTrust): string {
  if (caller.kind === 'viewer') return `user ${caller.tenant ?? ''}\n${String(caller.userId)}`
  if (caller.kind === 'backend') return `key ${caller.key.id}`
  const direct = request.connection?.remoteAddress ?? ''
  if (trust.trustedProxies.length === 0 && IPV4.test(direct)) return direct.replace(MAPPED, '')
  const address = clientAddressOf(request, trust)
  return address === undefined ? 'unknown' : networkText(address, CALLER_BITS[address.version])
}

/** The text behind percent-encoding: `%61` is the same user as `a`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The tenant that a request names in its header or its body. */
function tenantIn({ headers, body }: HttpRequest): string {
  const inHeader = headers['x-tenant']
  if (inHeader !== undefined || body === undefined) return inHeader ?? ''
  if (!Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes('"tenant"')) return ''
  try {
    const { tenant } = JSON.parse(textOfUtf8(body)) as { readonly tenant?: unknown }
    return typeof tenant === 'string' ? tenant : ''
  } catch {
    return ''
  }
}
