import { timingSafeEqual } from 'node:crypto'
import { digestOf, KEY_PREFIX, type ApiKey } from './api-key.ts'

/** A key as the ring holds it. */
type Held = { readonly key: ApiKey; readonly digest: Uint8Array }

/** A longer text is no key. */
const KEY_LENGTH_MAX = 256

const DIGEST_LENGTH = 64

/** The digest of no key. An unknown id is compared with it, and takes as long as a known one. */
const STAND_IN = Buffer.alloc(DIGEST_LENGTH)

/** The API keys that are accepted. */
export class KeyRing {
  #held: ReadonlyMap<string, Held> = new Map()
  /**
   * Keys that were right before, so that the next call costs less than a digest. It gives no guess
   * away: a map compares a hash with a seed of this process first, and a text only if that agrees.
   */
  readonly #proven = new Map<string, ApiKey>()
  /** The digest of the key that is looked for. It is used within one call only. */
  readonly #digest = Buffer.alloc(DIGEST_LENGTH)

  constructor(keys: readonly ApiKey[]) {
    this.use(keys)
  }

  /** From now on these keys are accepted, and no others. */
  use(keys: readonly ApiKey[]): void {
    this.#proven.clear()
    this.#held = new Map(
      keys.map((key) => [key.id, { key, digest: Buffer.from(key.sha256, 'latin1') }] as const),
    )
  }

  /**
   * The key that a caller sent. Whether it is right takes the same time to find out, however much
   * of it is right.
   *
   * @param now milliseconds since the epoch. Read only if the key ends.
   */
  find(text: string, now: () => number): ApiKey | 'unknown-key' | 'expired-key' {
    if (text.length > KEY_LENGTH_MAX) return 'unknown-key'
    const key = this.#proven.get(text) ?? this.#prove(text, digestOf(text))
    if (key === undefined) return 'unknown-key'
    return key.notAfterMs !== undefined && now() >= key.notAfterMs ? 'expired-key' : key
  }

  #prove(text: string, digest: string): ApiKey | undefined {
    const held = this.#held.get(text.slice(KEY_PREFIX.length, text.indexOf('.')))
    this.#digest.write(digest, 'latin1')
    const isRight = timingSafeEqual(this.#digest, held?.digest ?? STAND_IN)
    if (!isRight || held === undefined) return undefined
    this.#proven.set(text, held.key)
    return held.key
  }
}
