import { createHmac } from 'node:crypto'
import type { Store } from '@streamgate/core'
import { clientAddressOf, isFromUnknownProxy, type ProxyTrust } from './client-address.ts'
import type { HttpRequest } from './http.ts'
import { keptKey } from '../store/kept-key.ts'
import type { Logger } from '../telemetry/log.ts'
import { networkText, parseIpAddress } from '../text/ip-address.ts'

/** How networks are told apart. */
export type NetworkSettings = ProxyTrust & {
  /** How many bits of an address are its network. */
  readonly networkIpv4Bits: number
  readonly networkIpv6Bits: number
}

/** What `ClientNetworks` needs beside its settings. */
export type NetworkParts = {
  /** The key that all processes of a service share. Asked for once it is needed. */
  readonly key: () => Promise<string>
  /** Called once, if a request came through a proxy that is not trusted. */
  readonly onUnknownProxy: () => void
}

/** Enough characters of a digest that two networks never look alike: 96 bits. */
const NETWORK_LENGTH = 16
/** How many networks are remembered. Making one again costs a few microseconds. */
const REMEMBERED_MAX = 50_000

/**
 * Which network a client is on, as a text that does not reveal it: a keyed digest (HMAC-SHA-256,
 * RFC 2104) of the first bits of its address.
 */
export class ClientNetworks {
  readonly #settings: NetworkSettings
  readonly #parts: NetworkParts
  readonly #known = new Map<string, string>()
  #key: string | undefined
  #isWarned = false

  constructor(settings: NetworkSettings, parts: NetworkParts) {
    this.#settings = settings
    this.#parts = parts
  }

  /**
   * The network of a request. `undefined` if it is not known.
   *
   * @param told the client's address, if a trusted caller says so.
   * @throws what reading the key throws.
   */
  async of(request: HttpRequest, told: string | undefined): Promise<string | undefined> {
    const address = told === undefined ? clientAddressOf(request, this.#settings) : parseIpAddress(told)
    if (told === undefined) this.#warnOnce(request)
    if (address === undefined) return undefined
    const { networkIpv4Bits, networkIpv6Bits } = this.#settings
    const bits = address.version === 4 ? networkIpv4Bits : networkIpv6Bits
    this.#key ??= await this.#parts.key()
    return this.#digestOf(networkText(address, bits), this.#key)
  }

  #digestOf(network: string, key: string): string {
    const known = this.#known.get(network)
    if (known !== undefined) return known
    const digest = createHmac('sha256', key).update(network).digest('base64url').slice(0, NETWORK_LENGTH)
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear()
    this.#known.set(network, digest)
    return digest
  }

  #warnOnce(request: HttpRequest): void {
    if (this.#isWarned || !isFromUnknownProxy(request, this.#settings)) return
    this.#isWarned = true
    this.#parts.onUnknownProxy()
  }
}

const UNKNOWN_PROXY = 'a proxy calls that --trusted-proxies does not name: its clients share a network'

/** The networks of a service, with the key of its settings or else that of its store. */
export function openNetworks(
  settings: NetworkSettings & { readonly networkKey: string | undefined },
  store: Store,
  logger: Logger,
): ClientNetworks {
  return new ClientNetworks(settings, {
    key: async () => settings.networkKey ?? keptKey(store, 'network-key'),
    // Without its address: a player may have made the header up.
    onUnknownProxy: () => logger.warn(UNKNOWN_PROXY),
  })
}
