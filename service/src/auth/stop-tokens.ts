/**
 * Stop tokens: they let a page that is being left end its one stream, and nothing else.
 * `navigator.sendBeacon` cannot send the page's own token, because it sends no header.
 */
import { timingSafeEqual } from 'node:crypto'
import { TextMac } from '../text/text-mac.ts'

/** The stream that a token ends. */
export type StopTarget = {
  readonly user: string
  readonly lease: string
  readonly tenant: string | undefined
}

/** Characters of base64url that are kept of a MAC: 132 bits. */
const MAC_LENGTH = 22

/** Makes and checks stop tokens: an HMAC-SHA-256 over user, lease and tenant. */
export class StopTokens {
  readonly #keyText: () => Promise<string>
  #mac: TextMac | undefined

  /** @param keyText the key that all processes of a service share. Asked for once it is needed. */
  constructor(keyText: () => Promise<string>) {
    this.#keyText = keyText
  }

  /**
   * The token of a stream, at once if the key is there. It is valid as long as the key. `undefined`
   * if the key cannot be read.
   */
  of(target: StopTarget): string | Promise<string | undefined> {
    if (this.#mac !== undefined) return tokenOf(this.#mac, target)
    return this.#loadedMac().then(
      (mac) => tokenOf(mac, target),
      () => undefined,
    )
  }

  /**
   * The stream that a token ends, if it is this user's and has this lease id.
   *
   * @throws what reading the key throws.
   */
  async targetOf(
    token: string,
    { user, lease }: Omit<StopTarget, 'tenant'>,
  ): Promise<StopTarget | undefined> {
    const [, ...rest] = token.split('.')
    const target = { user, lease, tenant: rest.length === 0 ? undefined : rest.join('.') }
    const right = Buffer.from(tokenOf(await this.#loadedMac(), target))
    const given = Buffer.from(token)
    return given.length === right.length && timingSafeEqual(given, right) ? target : undefined
  }

  async #loadedMac(): Promise<TextMac> {
    this.#mac ??= new TextMac(await this.#keyText())
    return this.#mac
  }
}

/**
 * The tenant stands in it, because a page cannot send that in a header either. Neither an id nor a
 * tenant has a line feed, so no two streams have the same text.
 */
function tokenOf(mac: TextMac, { user, lease, tenant }: StopTarget): string {
  const text = `stop\n${user}\n${lease}${tenant === undefined ? '' : `\n${tenant}`}`
  const short = mac.of(text).slice(0, MAC_LENGTH)
  return tenant === undefined ? short : `${short}.${tenant}`
}
