/** Algorithms by which tokens may be signed. All have a public key: no caller can sign with it. */
export const TOKEN_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const

export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number]

/** What a token must say and have. */
export type TokenRules = {
  readonly issuer: string
  /** It must be for one of these. */
  readonly audiences: readonly string[]
  readonly algorithms: readonly TokenAlgorithm[]
  /** How far the clocks of its issuer and of this service may differ. */
  readonly leewaySeconds: number
}

/** Why a token is not accepted. */
export type TokenFault =
  | 'malformed-token'
  | 'untrusted-token'
  | 'expired-token'
  | 'endless-token'
  | 'early-token'
  | 'other-audience'
  | 'other-issuer'
  /** The keys of its issuer cannot be loaded. It may be valid. */
  | 'keys-unavailable'
