import { hash } from 'node:crypto'

/** Tokens that are remembered. Each takes about 400 bytes. */
const TOKENS_MAX = 100_000

type Entry<Identity> = { readonly identity: Identity; readonly untilMs: number }

/**
 * Tokens that were checked before, by their SHA-256. Checking one takes longer than all the rest of
 * a call, and a player sends the same one again and again.
 */
export class TokenCache<Identity> {
  readonly #entries = new Map<string, Entry<Identity>>()
  readonly #max: number

  constructor(max = TOKENS_MAX) {
    this.#max = max
  }

  /** What a token is known by. */
  keyOf(token: string): string {
    return hash('sha256', token)
  }

  /** The identity behind a token that is still valid. */
  get(key: string, nowMs: number): Identity | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || nowMs < entry.untilMs) return entry?.identity
    this.#entries.delete(key)
    return undefined
  }

  /** Remembers a token until an instant. The oldest one is forgotten if there are too many. */
  set(key: string, identity: Identity, untilMs: number): void {
    if (this.#entries.size >= this.#max) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest)
        break
      }
    }
    this.#entries.set(key, { identity, untilMs })
  }

  /** Forgets all tokens, because the keys have changed. */
  clear(): void {
    this.#entries.clear()
  }
}
