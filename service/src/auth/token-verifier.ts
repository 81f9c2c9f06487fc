/**
 * Checks the tokens of viewers: JSON Web Tokens (RFC 7519, RFC 8725). Only this file and
 * `token-keys.ts` import jose, and they are loaded only if tokens are checked.
 */
import { errors, jwtVerify, type JWTPayload } from 'jose'
import { TokenCache } from './token-cache.ts'
import { KeysUnavailableError, type TokenKeys } from './token-keys.ts'
import type { TokenFault, TokenRules } from './token-rules.ts'

/** The claims of a valid token. */
export type Claims = JWTPayload

/** What a verifier needs. */
export type TokenVerifierParts<Identity> = {
  readonly rules: TokenRules
  readonly keys: TokenKeys
  /** What is remembered of a valid token. */
  readonly identityOf: (claims: Claims) => Identity
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Called for a failure that is not the token's. */
  readonly onTrouble: (reason: string) => void
  readonly cache?: TokenCache<Identity>
}

/** A longer text is not read. */
const TOKEN_LENGTH_MAX = 8192

/** Finds out whom a token stands for. */
export class TokenVerifier<Identity extends object> {
  readonly #parts: TokenVerifierParts<Identity>
  readonly #cache: TokenCache<Identity>
  #generation: number

  constructor(parts: TokenVerifierParts<Identity>) {
    this.#parts = parts
    this.#cache = parts.cache ?? new TokenCache()
    this.#generation = parts.keys.generation
    parts.keys.freshen(parts.now())
  }

  /**
   * Whom a token stands for, or why it is not accepted. A token that was checked before is answered
   * at once. Never rejects.
   */
  check(token: string): Identity | TokenFault | Promise<Identity | TokenFault> {
    if (token.length > TOKEN_LENGTH_MAX) return 'malformed-token'
    const nowMs = this.#parts.now()
    this.#parts.keys.freshen(nowMs)
    this.#forgetIfKeysChanged()
    const key = this.#cache.keyOf(token)
    return this.#cache.get(key, nowMs) ?? this.#verify(token, key, nowMs)
  }

  async #verify(token: string, key: string, nowMs: number): Promise<Identity | TokenFault> {
    const { rules, keys, identityOf } = this.#parts
    try {
      let generation = 0
      const find: TokenKeys['find'] = async (header, input) => {
        // If the keys change meanwhile, as they do when they are loaded first, it looks again.
        let found: Awaited<ReturnType<TokenKeys['find']>>
        do {
          generation = keys.generation
          found = await keys.find(header, input)
        } while (keys.generation !== generation)
        return found
      }
      const { payload } = await jwtVerify(token, find, {
        issuer: rules.issuer,
        audience: [...rules.audiences],
        algorithms: [...rules.algorithms],
        clockTolerance: rules.leewaySeconds,
        currentDate: new Date(nowMs),
        requiredClaims: ['exp'],
      })
      const identity = identityOf(payload)
      this.#forgetIfKeysChanged()
      const untilMs = ((payload.exp ?? 0) + rules.leewaySeconds) * 1000
      // If the keys changed meanwhile, the one that it was checked by may be gone.
      if (keys.generation === generation) this.#cache.set(key, identity, untilMs)
      return identity
    } catch (error) {
      return this.#faultOf(error)
    }
  }

  #forgetIfKeysChanged(): void {
    const { generation } = this.#parts.keys
    if (generation === this.#generation) return
    this.#generation = generation
    this.#cache.clear()
  }

  #faultOf(error: unknown): TokenFault {
    if (error instanceof errors.JWTExpired) return 'expired-token'
    if (error instanceof errors.JWTClaimValidationFailed)
      return CLAIM_FAULTS[error.claim] ?? 'malformed-token'
    if (isUntrusted(error)) return 'untrusted-token'
    if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed-token'
    if (error instanceof errors.JOSENotSupported) return 'untrusted-token'
    if (!(error instanceof KeysUnavailableError)) this.#parts.onTrouble(String(error))
    return 'keys-unavailable'
  }
}

/** By the claim that is wrong. */
const CLAIM_FAULTS: Readonly<Record<string, TokenFault>> = {
  aud: 'other-audience',
  iss: 'other-issuer',
  nbf: 'early-token',
  exp: 'endless-token',
}

/** Whether the algorithm, the key or the signature of a token is not accepted. */
function isUntrusted(error: unknown): boolean {
  return [
    errors.JOSEAlgNotAllowed,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
    errors.JWSSignatureVerificationFailed,
  ].some((kind) => error instanceof kind)
}
