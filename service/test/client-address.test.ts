import { describe, expect, it } from 'vitest'
import { clientAddressOf, isFromUnknownProxy, type ForwardedHeader } from '../src/api/client-address.ts'
import type { HttpRequest } from '../src/api/http.ts'
import { networkText, parseIpRange } from '../src/text/ip-address.ts'

const PROXIES = ['10.0.0.0/8', '2001:db8:f::/48']

function requestFrom(remoteAddress: string, headers: HttpRequest['headers'] = {}): HttpRequest {
  return { method: 'POST', path: '/', query: '', headers, connection: { remoteAddress } }
}

function trusting(ranges: readonly string[], forwardedHeader: ForwardedHeader = 'auto') {
  return { trustedProxies: ranges.flatMap((text) => parseIpRange(text) ?? []), forwardedHeader }
}

function addressOf(request: HttpRequest, trust = trusting(PROXIES)): string | undefined {
  const address = clientAddressOf(request, trust)
  return address && networkText(address, 8 * address.bytes.length)
}

const hex = (text: string) => addressOf(requestFrom(text), trusting([]))

describe('the address of a client', () => {
  it.each<[string, string, HttpRequest['headers'], string | undefined]>([
    ['its own, if it is no proxy', '192.0.2.7', { 'x-forwarded-for': '198.51.100.1' }, '192.0.2.7'],
    ['of IPv4, if the socket is mapped', '::ffff:192.0.2.7', {}, '192.0.2.7'],
    ['that of the proxy, if it says nothing', '10.0.0.1', {}, '10.0.0.1'],
    ['what the proxy says', '10.0.0.1', { 'x-forwarded-for': '192.0.2.7' }, '192.0.2.7'],
    [
      'the last one that no trusted proxy made up',
      '10.0.0.1',
      { 'x-forwarded-for': '1.1.1.1, 192.0.2.7, 10.0.0.9' },
      '192.0.2.7',
    ],
    ['the first, if all are proxies', '10.0.0.1', { 'x-forwarded-for': '10.1.1.1,10.2.2.2' }, '10.1.1.1'],
    ['without its port', '10.0.0.1', { 'x-forwarded-for': '192.0.2.7:4711' }, '192.0.2.7'],
    ['in brackets', '10.0.0.1', { 'x-forwarded-for': '[2001:db8::1]:4711' }, '2001:db8::1'],
    ['unknown, if the proxy says so', '10.0.0.1', { 'x-forwarded-for': '1.1.1.1, unknown' }, undefined],
    ['unknown, if an element is empty', '10.0.0.1', { 'x-forwarded-for': '1.1.1.1, ' }, undefined],
    [
      'from Forwarded',
      '10.0.0.1',
      { forwarded: 'for=1.1.1.1, for="[2001:db8::1]:80";proto=https' },
      '2001:db8::1',
    ],
    [
      'from Forwarded, whatever stands before',
      '10.0.0.1',
      { forwarded: 'proto=http;FOR=192.0.2.7;by=10.0.0.1' },
      '192.0.2.7',
    ],
    ['unknown, if Forwarded hides it', '10.0.0.1', { forwarded: 'for=_secret' }, undefined],
    [
      'the one that a proxy wrote, and not one that it repeats in quotes',
      '10.0.0.1',
      { forwarded: 'for=192.0.2.7;host="x, for=1.1.1.1", for=10.0.0.9;host="y;for=2.2.2.2"' },
      '192.0.2.7',
    ],
    [
      'the same after a quote that is not closed',
      '10.0.0.1',
      { forwarded: 'for=1.1.1.1;host=", for=192.0.2.7;host="a\\"b, for=3.3.3.3"' },
      '192.0.2.7',
    ],
    ['unknown, if the nearest element names none', '10.0.0.1', { forwarded: 'for=1.1.1.1, by=x' }, undefined],
    [
      'from X-Forwarded-For, if both are there',
      '10.0.0.1',
      { forwarded: 'for=1.1.1.1', 'x-forwarded-for': '192.0.2.7' },
      '192.0.2.7',
    ],
    ['through proxies of IPv6', '2001:db8:f::1', { 'x-forwarded-for': '192.0.2.7' }, '192.0.2.7'],
  ])('is %s', (_why, ...[remote, headers, expected]) => {
    expect(addressOf(requestFrom(remote, headers))).toBe(expected === undefined ? undefined : hex(expected))
  })

  it('is read from the header that is named, and from no other', () => {
    const both = { forwarded: 'for=192.0.2.7', 'x-forwarded-for': '1.1.1.1' }
    const request = requestFrom('10.0.0.1', both)
    expect(addressOf(request, trusting(PROXIES, 'forwarded'))).toBe(hex('192.0.2.7'))
    expect(addressOf(request, trusting(PROXIES, 'x-forwarded-for'))).toBe(hex('1.1.1.1'))
    const only = requestFrom('10.0.0.1', { forwarded: 'for=192.0.2.7' })
    expect(addressOf(only, trusting(PROXIES, 'x-forwarded-for'))).toBe(hex('10.0.0.1'))
  })

  it('is unknown without a connection', () => {
    expect(clientAddressOf({ ...requestFrom(''), connection: undefined }, trusting(PROXIES))).toBeUndefined()
  })
})

describe('a proxy', () => {
  it('is unknown if it forwards and is not trusted', () => {
    const headers = { 'x-forwarded-for': '192.0.2.7' }
    expect(isFromUnknownProxy(requestFrom('172.16.0.1', headers), trusting(PROXIES))).toBe(true)
    expect(isFromUnknownProxy(requestFrom('10.0.0.1', headers), trusting(PROXIES))).toBe(false)
    expect(isFromUnknownProxy(requestFrom('172.16.0.1'), trusting(PROXIES))).toBe(false)
  })
})
