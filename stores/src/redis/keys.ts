import type { UserId } from '@streamgate/core'

const PREFIX_DEFAULT = 'streamgate:'
/** What has a meaning in a pattern of SCAN. */
const SIGNS_OF_PATTERNS = /[\\*?[\]]/g

/**
 * The names of keys. What stands in braces decides on the slot of a cluster, so all that a script
 * touches is on one server.
 */
export class RedisKeys {
  readonly #prefix: string
  readonly #users: string

  constructor(prefix: string = PREFIX_DEFAULT) {
    this.#prefix = prefix
    this.#users = `${prefix}user:{`
  }

  user(user: UserId): string {
    return `${this.#users}${user}}`
  }

  /** The user of a key, which is the name of a user's key. */
  userIn(key: string): UserId {
    return key.slice(this.#users.length, -1) as UserId
  }

  /** What matches the keys of users, as a pattern of SCAN. */
  get usersPattern(): string {
    return `${this.#users.replace(SIGNS_OF_PATTERNS, String.raw`\$&`)}*}`
  }

  shared(name: string): string {
    return `${this.#prefix}shared:{${name}}`
  }

  finished(part: 'number' | 'order' | 'ends'): string {
    return `${this.#prefix}{finished}:${part}`
  }
}
