/**
 * Playback tokens as JSON Web Tokens (RFC 7519) in compact form.
 */
import type { PlaybackClaims } from './playback-claims.ts'
import type { PlaybackKey, PlaybackKeys } from './playback-keys.ts'
import { isSignatureOf, textSigner } from './signature.ts'

/** So that no other token of the same key is taken for one (RFC 8725, section 3.11). */
const TYPE = 'playback+jwt'
const TOKEN = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/** Makes tokens by this key. */
export function jwsBy(signer: PlaybackKey): (claims: PlaybackClaims) => string | Promise<string> {
  const { alg, kid } = signer
  const sign = textSigner(signer)
  const head = `${base64Url(JSON.stringify({ alg, kid, typ: TYPE }))}.`
  return (claims) => {
    const signed = head + base64Url(JSON.stringify(claims))
    const signature = sign(signed)
    if (typeof signature === 'string') return `${signed}.${signature}`
    return signature.then((text) => `${signed}.${text}`)
  }
}

/** The claims of a token that one of these keys signed. Whether it has expired is not judged. */
export function claimsOfJws(token: string, { byKid }: PlaybackKeys): PlaybackClaims | undefined {
  const [, header = '', payload = '', signature = ''] = TOKEN.exec(token) ?? []
  const { alg, kid, typ } = objectIn(header)
  const key = typeof kid === 'string' ? byKid.get(kid) : undefined
  // The algorithm is that of the key, whatever a header asks for.
  if (key === undefined || alg !== key.alg || typ !== TYPE) return undefined
  const signed = Buffer.from(`${header}.${payload}`, 'latin1')
  if (!isSignatureOf(key, signed, Buffer.from(signature, 'base64url'))) return undefined
  return objectIn(payload) as unknown as PlaybackClaims
}

function base64Url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function objectIn(part: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(Buffer.from(part, 'base64url').toString()) ?? {}) as Record<string, unknown>
  } catch {
    return {}
  }
}
