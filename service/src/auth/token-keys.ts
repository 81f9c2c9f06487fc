/**
 * The keys of a token's issuer, from a file or a setting, or from an address.
 */
import { createLocalJWKSet, createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose'
import { reasonOf } from '../text/reason.ts'
import type { CurrentKeys } from './current-keys.ts'
import type { Jwks } from './jwks-text.ts'

/** Finds the key of a token. */
export type TokenKeys = {
  /** @throws {KeysUnavailableError} if there are no keys. {JOSEError} if none is the token's. */
  readonly find: JWTVerifyGetKey
  /** Grows whenever the keys change. */
  readonly generation: number
  /** Loads newer keys in the background if it is time. */
  readonly freshen: (nowMs: number) => void
}

/** Thrown if no keys could be loaded, or none for too long. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError'
}

/** Keys that an operator provides. */
export class ProvidedKeys implements TokenKeys {
  #find: JWTVerifyGetKey
  #generation = 0

  constructor(current: CurrentKeys<Jwks>) {
    this.#find = createLocalJWKSet(current.keys)
    current.subscribe((keys) => {
      this.#find = createLocalJWKSet(keys)
      this.#generation += 1
    })
  }

  readonly find: JWTVerifyGetKey = (header, token) => this.#find(header, token)

  get generation(): number {
    return this.#generation
  }

  /** They are read again when their file changes. */
  freshen(): void {}
}

/** Keys are loaded again so often. A key that the issuer withdraws is accepted for so long. */
const REFRESH_MS = 300_000
/** Shortest time between two loads because of a key that is not known, or after a failed load. */
const COOL_DOWN_MS = 30_000
/** The same as long as there are no keys at all. */
const FIRST_COOL_DOWN_MS = 2000
/** Keys are used for so long if no newer ones can be loaded. */
const STALE_MAX_MS = 86_400_000
const TIMEOUT_MS = 5000
/** A set of keys has a few kilobytes. */
const BYTES_MAX = 1_000_000

/** What the keys behind an address need. */
export type RemoteParts = {
  readonly url: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Called when keys cannot be loaded. */
  readonly onTrouble: (reason: string) => void
}

/**
 * Keys that their issuer publishes. jose loads them, once for all tokens that wait. They are loaded
 * again from time to time, and if a token has a key that is not among them. If that fails, the ones
 * before stay in force for a day.
 */
export class RemoteKeys implements TokenKeys {
  readonly #parts: RemoteParts
  readonly #set
  #generation = 0
  /** What was loaded last, and what is in force. They differ until jose has read it. */
  #loadedText: string | undefined
  #text: string | undefined
  #loadedAtMs = 0
  #failedAtMs = Number.NEGATIVE_INFINITY
  #refreshAtMs = 0

  constructor(parts: RemoteParts) {
    this.#parts = parts
    this.#set = createRemoteJWKSet(new URL(parts.url), {
      cacheMaxAge: Number.POSITIVE_INFINITY,
      cooldownDuration: COOL_DOWN_MS,
      timeoutDuration: TIMEOUT_MS,
      [customFetch]: (url, options) => this.#load(url, options),
    })
  }

  get generation(): number {
    return this.#generation
  }

  readonly find: JWTVerifyGetKey = async (header, token) => {
    const isTooOld = this.#text !== undefined && this.#parts.now() - this.#loadedAtMs > STALE_MAX_MS
    if (isTooOld) throw new KeysUnavailableError('no newer keys for a day')
    try {
      return await this.#set(header, token)
    } finally {
      this.#adopt()
    }
  }

  freshen(nowMs: number): void {
    if (nowMs < this.#refreshAtMs) return
    this.#refreshAtMs = nowMs + REFRESH_MS
    this.#set.reload().then(
      () => this.#adopt(),
      () => {
        this.#refreshAtMs = nowMs + this.#coolDownMs
      },
    )
  }

  get #coolDownMs(): number {
    return this.#text === undefined ? FIRST_COOL_DOWN_MS : COOL_DOWN_MS
  }

  #adopt(): void {
    if (this.#loadedText === this.#text) return
    this.#text = this.#loadedText
    this.#generation += 1
  }

  async #load(url: string, options: RequestInit): Promise<Response> {
    const { now, onTrouble } = this.#parts
    if (now() - this.#failedAtMs < this.#coolDownMs) throw new KeysUnavailableError('loading failed just now')
    try {
      const response = await fetch(url, options)
      const text = await boundedText(response)
      if (response.status !== 200) throw new Error(`the answer has status ${response.status}`)
      createLocalJWKSet(JSON.parse(text) as Jwks)
      this.#loadedText = text
      this.#loadedAtMs = now()
      return new Response(text)
    } catch (error) {
      this.#failedAtMs = now()
      onTrouble(reasonOf(error))
      throw new KeysUnavailableError('the keys could not be loaded', { cause: error })
    }
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > BYTES_MAX) throw new Error(`the answer has more than ${BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
