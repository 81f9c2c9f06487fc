import { KEY_LENGTH_MIN, oneOf, parseKey, refuse, wholeNumber } from './parse.ts'
import { parseIpRange, type IpRange } from '../text/ip-address.ts'

/** Settings of how the networks of viewers are told apart. */
export const NETWORK_SETTINGS = {
  trustedProxies: {
    variable: 'STREAMGATE_TRUSTED_PROXIES',
    flag: '--trusted-proxies',
    placeholder: '<addresses>',
    fallback: '',
    help: 'addresses or CIDR ranges of your load balancers, separated by commas. The client’s address is then read from their header. Only for plans that ask for the network',
    parse: parseRanges,
  },
  forwardedHeader: {
    variable: 'STREAMGATE_FORWARDED_HEADER',
    flag: '--forwarded-header',
    placeholder: '<name>',
    fallback: 'auto',
    help: 'header that they write: x-forwarded-for, forwarded, or auto. With auto it is x-forwarded-for if that is there',
    parse: oneOf('auto', 'x-forwarded-for', 'forwarded'),
  },
  networkIpv4Bits: {
    variable: 'STREAMGATE_NETWORK_IPV4_BITS',
    flag: '--network-ipv4-bits',
    placeholder: '<bits>',
    fallback: '24',
    help: 'how many bits of an IPv4 address are its network',
    parse: wholeNumber(8, 32),
  },
  networkIpv6Bits: {
    variable: 'STREAMGATE_NETWORK_IPV6_BITS',
    flag: '--network-ipv6-bits',
    placeholder: '<bits>',
    fallback: '48',
    help: 'how many bits of an IPv6 address are its network',
    parse: wholeNumber(16, 128),
  },
  networkKey: {
    variable: 'STREAMGATE_NETWORK_KEY',
    flag: '--network-key',
    placeholder: '<text>',
    fallback: '',
    help: `secret of at least ${KEY_LENGTH_MIN} characters, by which networks are hashed. By default one is made and kept in the store`,
    parse: parseKey,
  },
} as const

/** The addresses and ranges in a list. */
function parseRanges(text: string): readonly IpRange[] {
  if (text.trim() === '') return []
  return text.split(',').map((part) => {
    const range = parseIpRange(part.trim())
    return (
      range ??
      refuse(`must be addresses or CIDR ranges such as 10.0.0.0/8, got ${JSON.stringify(part.trim())}`)
    )
  })
}
