/**
 * The address of the client behind any proxies that are trusted.
 *
 * Each proxy adds the address of its own caller at the right of a header: `Forwarded` (RFC 7239) or
 * `X-Forwarded-For`. So the header is read from right to left, for as long as the address so far is
 * that of a trusted proxy. Whatever stands further left may have been made up.
 */
import { forwardedFor } from './forwarded.ts'
import type { HttpRequest } from './http.ts'
import { isInRange, parseIpAddress, type IpAddress, type IpRange } from '../text/ip-address.ts'

/** Which header the trusted proxies write. `auto` takes `X-Forwarded-For` if both are there. */
export type ForwardedHeader = 'auto' | 'forwarded' | 'x-forwarded-for'

/** Which callers are proxies, and what they write. */
export type ProxyTrust = {
  readonly trustedProxies: readonly IpRange[]
  readonly forwardedHeader: ForwardedHeader
}

/** The most proxies in a row. */
const HOPS_MAX = 32

/**
 * The client's address. `undefined` if it is not known: a trusted proxy wrote something else than
 * an address.
 */
export function clientAddressOf(request: HttpRequest, trust: ProxyTrust): IpAddress | undefined {
  let address = parseIpAddress(request.connection?.remoteAddress ?? '')
  if (trust.trustedProxies.length === 0) return address
  const hops = hopsIn(request, trust.forwardedHeader)
  while (address !== undefined && isTrusted(trust, address)) {
    const hop = hops.pop()
    if (hop === undefined) return address
    address = parseIpAddress(hop)
  }
  return address
}

/** Whether a request says that it came through a proxy that is not trusted. */
export function isFromUnknownProxy(request: HttpRequest, trust: ProxyTrust): boolean {
  const address = parseIpAddress(request.connection?.remoteAddress ?? '')
  const isForwarded = ['forwarded', 'x-forwarded-for'].some((name) => request.headers[name] !== undefined)
  return isForwarded && address !== undefined && !isTrusted(trust, address)
}

function isTrusted({ trustedProxies }: ProxyTrust, address: IpAddress): boolean {
  return trustedProxies.some((range) => isInRange(range, address))
}

/** The addresses in the header, the nearest one last. */
function hopsIn({ headers }: HttpRequest, header: ForwardedHeader): string[] {
  const listed = headers['x-forwarded-for']
  const isListed = header === 'x-forwarded-for' || (header === 'auto' && listed !== undefined)
  const hops = isListed ? (listed?.split(',') ?? []) : forwardedFor(headers['forwarded'] ?? '')
  return hops.slice(-HOPS_MAX).map(withoutPort)
}

/** The address of a hop, which may have a port: `192.0.2.1:80`, `[2001:db8::1]:80`. */
function withoutPort(hop: string): string {
  const text = hop.trim()
  const bracketed = /^\[([^\]]*)\]/.exec(text)?.[1]
  if (bracketed !== undefined) return bracketed
  return /^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(':')) : text
}
