import { createPublicKey, generateKeyPairSync, randomBytes, type JsonWebKey } from 'node:crypto'
import type { Algorithm } from './signature.ts'

/** 48 bits tell the keys of a service apart. */
const KID_BYTES = 6
const SECRET_BYTES = 32

/** A key that signs playback tokens, as a file holds it. */
export function newPlaybackKey(alg: Algorithm): JsonWebKey {
  const kid = randomBytes(KID_BYTES).toString('hex')
  return { kid, alg, ...material(alg) }
}

function material(alg: Algorithm): JsonWebKey {
  if (alg === 'HS256') return { kty: 'oct', k: randomBytes(SECRET_BYTES).toString('base64url') }
  const { privateKey } =
    alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  return privateKey.export({ format: 'jwk' })
}

/** The public key as PEM (RFC 7468), for verifiers that cannot read a JSON Web Key. */
export function publicPem({ x, y, kty, crv }: JsonWebKey): string {
  const jwk = { kty, crv, x, ...(y !== undefined && { y }) } as JsonWebKey
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' }).toString()
}
