import type { UserId } from '@streamgate/core'
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/** So that a hash is not taken for an id, nor for the hash of something else. */
const PREFIX = 'u_'

/** 132 bits: so many that no two users get the same hash. */
const LENGTH = 22

/**
 * Stands for a user id, and reveals it only to those who have the key and guess the id: the first
 * 22 characters of its HMAC-SHA-256 (RFC 2104) in base64url, behind `u_`.
 */
export class UserIdHash {
  readonly #key: KeyObject

  constructor(key: string) {
    this.#key = createSecretKey(Buffer.from(key))
  }

  /** The same text for the same user and key, in every process. */
  readonly of = (user: string): string =>
    PREFIX + createHmac('sha256', this.#key).update(user).digest('base64url').slice(0, LENGTH)

  /** The hash as a user id. */
  readonly idOf = (user: UserId): UserId => this.of(user) as UserId
}
