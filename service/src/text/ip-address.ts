/**
 * Addresses of clients as numbers: RFC 4291 for IPv6, with IPv4-mapped addresses as IPv4.
 */
import { isIP } from 'node:net'

/** An address: 4 bytes of IPv4, or 16 of IPv6. */
export type IpAddress = { readonly version: 4 | 6; readonly bytes: Uint8Array }

/** A range of addresses in CIDR notation. */
export type IpRange = IpAddress & { readonly bits: number }

const IPV4_BYTES = 4
const IPV6_GROUPS = 8
const BITS_PER_BYTE = 8
/** The first bytes of an IPv4-mapped address (RFC 4291, section 2.5.5.2). */
const MAPPED = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255])

/** The address in a text. A zone, as in `fe80::1%eth0`, is dropped. `undefined` if it is none. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const [address = ''] = text.split('%')
  if (isIP(address) === 4) return { version: 4, bytes: ipv4Bytes(address) }
  if (isIP(address) !== 6) return undefined
  const bytes = ipv6Bytes(address)
  const isMapped = MAPPED.every((byte, at) => bytes[at] === byte)
  return isMapped ? { version: 4, bytes: bytes.subarray(MAPPED.length) } : { version: 6, bytes }
}

/** The range in a text such as `10.0.0.0/8`. One address is a range too. */
export function parseIpRange(text: string): IpRange | undefined {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const ip = parseIpAddress(address)
  if (ip === undefined || address.includes('%')) return undefined
  const whole = ip.bytes.length * BITS_PER_BYTE
  // The length of a mapped address counts the bits in front too.
  const isMapped = ip.version === 4 && isIP(address) === 6
  const bits = length === undefined ? whole : Number(length) - (isMapped ? MAPPED.length * BITS_PER_BYTE : 0)
  return bits >= 0 && bits <= whole ? { ...ip, bits } : undefined
}

/** Whether a range holds an address. */
export function isInRange({ version, bytes, bits }: IpRange, address: IpAddress): boolean {
  return version === address.version && hexOf(bytes, bits) === hexOf(address.bytes, bits)
}

/** The network of an address as a text: its version, the bits that count, and those bits. */
export function networkText({ version, bytes }: IpAddress, bits: number): string {
  return `${version}/${bits}:${hexOf(bytes, bits)}`
}

/** The first bits of an address, in hexadecimal. */
function hexOf(bytes: Uint8Array, bits: number): string {
  const kept = bytes.map((byte, at) => {
    const left = Math.min(BITS_PER_BYTE, Math.max(0, bits - at * BITS_PER_BYTE))
    return byte & (0xff << (BITS_PER_BYTE - left))
  })
  return Buffer.from(kept).toString('hex')
}

function ipv4Bytes(text: string): Uint8Array {
  return Uint8Array.from(text.split('.'), Number)
}

function ipv6Bytes(text: string): Uint8Array {
  const [head = [], tail] = text.split('::').map(groupsOf)
  const missing = tail === undefined ? 0 : IPV6_GROUPS - head.length - tail.length
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...(tail ?? [])]
  return Uint8Array.from(groups.flatMap((group) => [group >> BITS_PER_BYTE, group & 0xff]))
}

/** The groups of 16 bits in a part of an address. The last one may be in the form of IPv4. */
function groupsOf(part: string): number[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const bytes = ipv4Bytes(group)
    return Array.from({ length: IPV4_BYTES / 2 }, (_, at) => {
      return ((bytes[2 * at] ?? 0) << BITS_PER_BYTE) | (bytes[2 * at + 1] ?? 0)
    })
  })
}
