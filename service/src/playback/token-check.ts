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

/** A token whose signature was right, and which revocations it was compared with. */
type Known = { readonly claims: PlaybackClaims; comparedTo: number; isRevoked: boolean }

/** Checks playback tokens. It remembers those whose signature was right. */
export class TokenCheck {
  readonly #parts: CheckParts
  readonly #known = new Map<string, Known>()

  constructor(parts: CheckParts) {
    this.#parts = parts
  }

  /**
   * The claims of a token that opens this path, or why it does not. The path is percent-encoded and
   * has no query.
   */
  of(token: string, path: string): PlaybackClaims | Refused {
    const known = this.#knownOf(token)
    if (known === undefined) return 'invalid'
    const { claims } = known
    const { template, nowMs } = this.#parts
    if (claims.exp * 1000 <= nowMs()) return 'expired'
    if (!isPathOf(template, claims.contentId, path)) return 'path'
    return this.#isRevoked(known) ? 'revoked' : claims
  }

  /** A player asks again and again, so only what was revoked since then is compared. */
  #isRevoked(known: Known): boolean {
    const { revocations } = this.#parts
    const { claims, comparedTo } = known
    known.isRevoked ||= revocations.someAfter(comparedTo, (one) => isRevokedBy(one, claims))
    known.comparedTo = revocations.last
    return known.isRevoked
  }

  #knownOf(token: string): Known | undefined {
    if (token.length > TOKEN_LENGTH_MAX) return undefined
    const found = this.#known.get(token)
    if (found !== undefined) return found
    const claims = this.#parts.claimsOf(token)
    if (claims === undefined) return undefined
    const known = { claims, comparedTo: 0, isRevoked: false }
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    this.#known.set(token, known)
    return known
  }
}
