/**
 * Signatures by node:crypto, as JOSE (RFC 7518) and COSE (RFC 9053) write them.
 */
import { createHmac, createPublicKey, sign, timingSafeEqual, verify, type KeyObject } from 'node:crypto'
import { TextHmac } from './hmac.ts'

/** How a token is signed. */
export type Algorithm = 'ES256' | 'EdDSA' | 'HS256'

/** What signs or checks. */
export type Signer = { readonly alg: Algorithm; readonly key: KeyObject }

/** Bytes of each half of an ES256 signature. */
const HALF_BYTES = 32

/**
 * The signature of these bytes. By a pair of keys it is made in Node's thread pool, so that the
 * event loop goes on: it takes as long as a start. An HMAC takes less than the way to that pool.
 */
export function signatureOf(signer: Signer, bytes: Buffer): Buffer | Promise<Buffer> {
  const { alg, key } = signer
  return alg === 'HS256' ? createHmac('sha256', key).update(bytes).digest() : signatureByPair(signer, bytes)
}

/** Signs texts in ASCII. The signatures are in base64url. */
export function textSigner(signer: Signer): (text: string) => string | Promise<string> {
  const { alg, key } = signer
  if (alg === 'HS256') {
    const hmac = new TextHmac(key)
    return (text) => hmac.of(text)
  }
  return async (text) => {
    const bytes = await signatureByPair(signer, Buffer.from(text, 'latin1'))
    return bytes.toString('base64url')
  }
}

function signatureByPair({ alg, key }: Signer, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(alg === 'ES256' ? 'sha256' : null, bytes, key, (error, signature) => {
      if (error !== null) reject(error)
      else resolve(alg === 'ES256' ? halvesOf(signature) : signature)
    })
  })
}

/** Whether the signature is that of these bytes. */
export function isSignatureOf({ alg, key }: Signer, bytes: Buffer, signature: Buffer): boolean {
  if (alg === 'HS256') {
    const expected = createHmac('sha256', key).update(bytes).digest()
    return signature.length === expected.length && timingSafeEqual(signature, expected)
  }
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  if (alg === 'EdDSA') return verify(null, bytes, publicKey, signature)
  return verify('sha256', bytes, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
}

/**
 * Both halves of an ES256 signature with 32 bytes each, from its DER (RFC 3279). Node can write it
 * so too, and takes twice as long.
 */
function halvesOf(der: Buffer): Buffer {
  const halves = Buffer.alloc(2 * HALF_BYTES)
  let at = 2
  for (const end of [HALF_BYTES, 2 * HALF_BYTES]) {
    const length = der[at + 1] ?? 0
    const number = der.subarray(at + 2, at + 2 + length)
    // A number whose first bit is set has a zero in front. A small one is shorter than its half.
    const digits = number.length > HALF_BYTES ? number.subarray(number.length - HALF_BYTES) : number
    digits.copy(halves, end - digits.length)
    at += 2 + length
  }
  return halves
}
