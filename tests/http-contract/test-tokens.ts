/** Tokens for tests, by an issuer with keys of its own. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { exportJWK, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import { parseJwks } from '../../service/src/auth/jwks-text.ts'
import { TOKEN_SETTINGS } from '../../service/src/settings/token-settings.ts'
import type { Config } from '../../service/src/settings/settings.ts'

export const ISSUER = 'https://id.example'
export const AUDIENCE = 'streamgate'

/** How a token differs from a good one. */
export type TokenOptions = {
  readonly claims?: JWTPayload
  readonly algorithm?: 'ES256' | 'RS256' | 'PS256' | 'EdDSA' | 'HS256'
  readonly kid?: string
  readonly signBy?: KeyObject | Uint8Array
  /** Seconds from now. `null` leaves the claim out. */
  readonly expiresIn?: number | null
  readonly validIn?: number
}

const HOUR_SECONDS = 3600

/** An issuer with one key for each kind of signature. */
export class TestIssuer {
  readonly #keys = {
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    EdDSA: generateKeyPairSync('ed25519'),
  }
  readonly #prefix: string

  /** @param prefix what the ids of its keys begin with. */
  constructor(prefix = 'key') {
    this.#prefix = prefix
  }

  /** Its public keys. */
  async jwks(): Promise<string> {
    const keys = Object.entries(this.#keys).map(async ([name, { publicKey }]) => {
      return { ...(await exportJWK(publicKey)), kid: `${this.#prefix}-${name}`, use: 'sig' }
    })
    return JSON.stringify({ keys: await Promise.all(keys) })
  }

  /** The public key of its RSA signatures, as text that anyone can have. */
  get publicText(): string {
    return this.#keys.RS256.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  }

  /** A token for a user. */
  token(user: string, options: TokenOptions = {}): Promise<string> {
    const { algorithm = 'ES256', claims = {}, expiresIn = HOUR_SECONDS, validIn } = options
    const name = algorithm === 'PS256' || algorithm === 'HS256' ? 'RS256' : algorithm
    const nowSeconds = Math.floor(Date.now() / 1000)
    const token = new SignJWT({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: user,
      ...(expiresIn !== null && { exp: nowSeconds + expiresIn }),
      ...(validIn !== undefined && { nbf: nowSeconds + validIn }),
      ...claims,
    })
    const kid = options.kid ?? `${this.#prefix}-${name}`
    return token
      .setProtectedHeader({ alg: algorithm, kid })
      .sign(options.signBy ?? this.#keys[name].privateKey)
  }

  /** Settings under which its tokens are accepted. */
  async settings(more: Partial<Config> = {}): Promise<Partial<Config>> {
    const text = await this.jwks()
    return {
      auth: ['jwt'],
      jwtIssuer: ISSUER,
      jwtAudience: [AUDIENCE],
      jwtKeys: { keys: parseJwks(text), text },
      jwtAlgorithms: TOKEN_SETTINGS.jwtAlgorithms.parse(TOKEN_SETTINGS.jwtAlgorithms.fallback),
      ...more,
    }
  }
}

/** A token without a signature. */
export function unsigned(user: string): string {
  return new UnsecuredJWT({ sub: user })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime('1h')
    .encode()
}
