/**
 * An issuer of tokens, and API Gateway's check of them. The check looks at issuer, audience, times
 * and signature, as AWS documents it for JWT authorizers of HTTP APIs.
 */
import { createPrivateKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto'

/** What a token says. */
export type Claims = Readonly<Record<string, unknown>>

/** What an authorizer asks of a token. */
export type JwtConfiguration = { readonly issuer?: string; readonly audience?: readonly string[] }

/** What a gateway calls the token's claims: each a text. */
export type CheckedToken = { readonly claims: Readonly<Record<string, string>> }

/** Signs tokens, and lends its public key to those who check them. */
export class TokenIssuer {
  readonly url: string
  readonly publicKey: KeyObject
  readonly #privateKey: KeyObject

  constructor(url: string) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    this.url = url
    this.publicKey = publicKey
    this.#privateKey = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  }

  /** A token with these claims, for an hour unless they say otherwise. */
  sign(claims: Claims): string {
    const nowSeconds = Math.floor(Date.now() / 1000)
    const payload = { iss: this.url, iat: nowSeconds, exp: nowSeconds + 3600, ...claims }
    const signed = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(payload)}`
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), this.#privateKey).toString('base64url')}`
  }
}

/** The claims of an `Authorization` header. `undefined` if the gateway refuses the token. */
export function checkToken(
  header: string | undefined,
  { issuer, audience = [] }: JwtConfiguration,
  issuers: readonly TokenIssuer[],
): CheckedToken | undefined {
  const [head = '', payload = '', signature = ''] = (header ?? '').replace(/^Bearer /i, '').split('.')
  const key = issuers.find(({ url }) => url === issuer)?.publicKey
  const claims = decoded(payload)
  const isSigned =
    key !== undefined &&
    decoded(head)?.['alg'] === 'RS256' &&
    verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))
  if (!isSigned || claims === undefined || claims['iss'] !== issuer) return undefined
  const audiences = [claims['aud'] ?? claims['client_id']].flat()
  if (!audiences.some((one) => typeof one === 'string' && audience.includes(one))) return undefined
  return isInTime(claims) ? { claims: asTexts(claims) } : undefined
}

function isInTime({ exp, nbf, iat }: Claims): boolean {
  const nowSeconds = Date.now() / 1000
  const hasBegun = [nbf, iat].every((from) => from === undefined || Number(from) <= nowSeconds)
  return Number(exp) > nowSeconds && hasBegun
}

/** A gateway makes texts of all claims: of a list one in brackets, with blanks between. */
function asTexts(claims: Claims): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ]),
  )
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decoded(part: string): Claims | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Claims
  } catch {
    return undefined
  }
}
