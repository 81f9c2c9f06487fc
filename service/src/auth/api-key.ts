/**
 * API keys: `sgk_<id>.<secret>`. The service keeps the SHA-256 of each, and not the key.
 *
 * A plain hash is right here. The secret has 256 random bits, so it cannot be found by trying, and
 * a slow hash such as scrypt would only make every call slow. Passwords are another matter: people
 * choose them, so they can be guessed.
 */
import { hash, randomBytes } from 'node:crypto'
import type { Scope } from './scope.ts'

/** What the service knows of a key. */
export type ApiKey = {
  /** Its name, which log lines and limits may show. */
  readonly id: string
  /** SHA-256 of the whole key in hexadecimal. */
  readonly sha256: string
  readonly scopes: ReadonlySet<Scope>
  /** The only tenant that it may act for. `undefined` if it may name any. */
  readonly tenant?: string | undefined
  /** It is not accepted from this instant on. `undefined` if it does not end. */
  readonly notAfterMs?: number | undefined
}

/** A key as it stands in a file of keys. */
export type ApiKeyEntry = {
  readonly id: string
  readonly sha256: string
  readonly scopes: readonly Scope[]
  readonly tenant?: string
  readonly notAfter?: string
}

/** What every key begins with: scanners for secrets find it, and no token is taken for a key. */
export const KEY_PREFIX = 'sgk_'

/** What the id of a key looks like. It has no dot, which ends it in the key. */
export const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

const SECRET_BYTES = 32

/** The digest by which a key is known. */
export function digestOf(key: string): string {
  return hash('sha256', key)
}

/** A new key, which exists nowhere else, and its entry for the file. */
export function makeApiKey(about: Omit<ApiKeyEntry, 'sha256'>): { key: string; entry: ApiKeyEntry } {
  const key = `${KEY_PREFIX}${about.id}.${randomBytes(SECRET_BYTES).toString('base64url')}`
  const { id, ...rest } = about
  return { key, entry: { id, sha256: digestOf(key), ...rest } }
}
