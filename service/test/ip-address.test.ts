import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInRange, networkText, parseIpAddress, parseIpRange } from '../src/text/ip-address.ts'

const ipv4 = fc.ipV4()
const ipv6 = fc.ipV6()

describe('an address', () => {
  it.each([
    ['192.0.2.7', 24, '4/24:c0000200'],
    ['192.0.2.7', 32, '4/32:c0000207'],
    ['192.0.2.255', 25, '4/25:c0000280'],
    ['::ffff:192.0.2.7', 24, '4/24:c0000200'],
    ['::ffff:c000:207', 24, '4/24:c0000200'],
    ['2001:db8:1:2::7', 48, '6/48:20010db8000100000000000000000000'],
    ['2001:DB8:1:ffff::', 48, '6/48:20010db8000100000000000000000000'],
    ['fe80::1%eth0', 16, '6/16:fe800000000000000000000000000000'],
    ['::', 128, '6/128:00000000000000000000000000000000'],
    ['1::', 16, '6/16:00010000000000000000000000000000'],
    ['64:ff9b::192.0.2.33', 128, '6/128:0064ff9b0000000000000000c0000221'],
  ])('%s has the network of %i bits %s', (text, bits, network) => {
    const address = parseIpAddress(text)
    expect(address && networkText(address, bits)).toBe(network)
  })

  it.each([
    '',
    'unknown',
    '_hidden',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.07',
    '1.2.3.4:80',
    '[::1]',
    ':::',
    'g::',
  ])('is not %j', (text) => {
    expect(parseIpAddress(text)).toBeUndefined()
  })
})

describe('a range', () => {
  it('holds what the BlockList of Node holds', () => {
    const cases = fc.oneof(
      fc.tuple(ipv4, fc.integer({ min: 0, max: 32 }), ipv4),
      fc.tuple(ipv6, fc.integer({ min: 0, max: 128 }), ipv6),
    )
    fc.assert(
      fc.property(cases, ([network, bits, other]) => {
        const list = new BlockList()
        list.addSubnet(network, bits, isIP(network) === 4 ? 'ipv4' : 'ipv6')
        const range = parseIpRange(`${network}/${bits}`)
        for (const one of [network, other]) {
          const address = parseIpAddress(one)
          if (range === undefined || address === undefined) throw new Error(`${network} or ${one} is refused`)
          // Node compares a mapped address as IPv6.
          if (range.version !== address.version || one.startsWith('::ffff')) continue
          expect(isInRange(range, address)).toBe(list.check(one, isIP(one) === 4 ? 'ipv4' : 'ipv6'))
        }
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '/8',
    '10.0.0/8',
    'fe80::1%eth0/64',
    '10.0.0.0/8/8',
    '::ffff:10.0.0.0/8',
  ])('is not %j', (text) => {
    expect(parseIpRange(text)).toBeUndefined()
  })
})
