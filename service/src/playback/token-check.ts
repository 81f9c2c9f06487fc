import { isPathOf, type PathTemplate } from './path-template.ts'
import type { PlaybackClaims } from './playback-claims.ts'
import type { Revocations } from './revocations.ts'
import { isRevokedBy } from './revoked-by.ts'

/** Why a token does not open a path. */
export type Refused = 'invalid' | 'expired' | 'revoked' | 'path'

/** What a check needs. */
export type CheckParts = {
  /** The claims of a token whose signature is right. It is slow. */
  readonly claimsOf: (token: string) => PlaybackClaims | undefined
  readonly template: PathTemplate
  readonly revocations: Revocations
  readonly nowMs: () => number
}

/** About 4 MB. A player asks for each segment with the same token. */
const KNOWN_MAX = 10_000
/** A longer token is none of the service's. */
const TOKEN_LENGTH_MAX = 4096

/** Checks playback tokens. It remembers those whose signature was right. */
export class TokenCheck {
  readonly #parts: CheckParts
  readonly #known = new Map<string, PlaybackClaims>()

  constructor(parts: CheckParts) {
    this.#parts = parts
  }

  /**
   * The claims of a token that opens this path, or why it does not. The path is percent-encoded and
   * has no query.
   */
  of(token: string, path: string): PlaybackClaims | Refused {
    const claims = this.#claimsOf(token)
    if (claims === undefined) return 'invalid'
    const { template, revocations, nowMs } = this.#parts
    if (claims.exp * 1000 <= nowMs()) return 'expired'
    if (!isPathOf(template, claims.contentId, path)) return 'path'
    return revocations.some((one) => isRevokedBy(one, claims)) ? 'revoked' : claims
  }

  #claimsOf(token: string): PlaybackClaims | undefined {
    if (token.length > TOKEN_LENGTH_MAX) return undefined
    const known = this.#known.get(token)
    if (known !== undefined) return known
    const claims = this.#parts.claimsOf(token)
    if (claims === undefined) return undefined
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    this.#known.set(token, claims)
    return claims
  }
}
