/**
 * The keys of playback tokens: a JSON Web Key Set (RFC 7517) in a file. Its first key signs. All
 * its keys are accepted, so that tokens outlive the change of a key.
 */
import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import { reasonOf } from '../text/reason.ts'
import type { Algorithm } from './signature.ts'

/** One key. It signs if it is secret or private, and otherwise only checks. */
export type PlaybackKey = { readonly kid: string; readonly alg: Algorithm; readonly key: KeyObject }

/** All keys of a service. */
export type PlaybackKeys = {
  /** The one that signs. */
  readonly signer: PlaybackKey
  readonly byKid: ReadonlyMap<string, PlaybackKey>
  /** The public parts of all pairs, as they are published. A shared secret is never among them. */
  readonly published: readonly JsonWebKey[]
}

/** A key as a file holds it. */
export type StoredKey = Omit<JsonWebKey, 'k'> & {
  readonly kid?: unknown
  readonly alg?: unknown
  readonly k?: unknown
}

/** The shortest secret: as long as the hash (RFC 7518, section 3.2). */
const SECRET_BYTES_MIN = 32
/** So that a token stays short. */
const KID = /^[\w.-]{1,64}$/

/**
 * The keys that a setting means: a JSON Web Key Set, or the name of a file with one.
 *
 * @throws {Error} with what is wrong, as "must …". It never shows a part of a key.
 */
export function readPlaybackKeys(setting: string): PlaybackKeys | undefined {
  if (setting === '') return undefined
  const isFile = !setting.startsWith('{')
  let text = setting
  try {
    if (isFile) text = readFileSync(setting, 'utf8')
  } catch (error) {
    throw new Error(`must name a readable file, got ${JSON.stringify(setting)}: ${reasonOf(error)}`, {
      cause: error,
    })
  }
  return parsePlaybackKeys(text)
}

/** @throws {Error} with what is wrong and its place in the JSON. It never shows a part of a key. */
export function parsePlaybackKeys(text: string): PlaybackKeys {
  const stored = storedKeys(text)
  const keys = stored.map((jwk, index) => playbackKey(jwk, `/keys/${index}`))
  const byKid = new Map(keys.map((key) => [key.kid, key]))
  if (byKid.size < keys.length) throw new Error('must have another kid in each key')
  const [signer] = keys
  if (signer === undefined) throw new Error('must have at least one key at /keys')
  if (signer.key.type === 'public')
    throw new Error('must have a private key or a secret at /keys/0, which signs')
  return { signer, byKid, published: keys.flatMap(publishedKey) }
}

function storedKeys(text: string): readonly StoredKey[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own words would show a part of the text.
    throw new Error('must be a JSON Web Key Set, got a text that is not JSON')
  }
  const { keys } = (value ?? {}) as { readonly keys?: unknown }
  const isSet = Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null)
  if (!isSet) throw new Error('must be a JSON Web Key Set: an object with a list of keys at /keys')
  return keys as readonly StoredKey[]
}

function playbackKey(jwk: StoredKey, place: string): PlaybackKey {
  const { kid, alg: told } = jwk
  if (typeof kid !== 'string' || !KID.test(kid)) {
    throw new Error(`must have 1 to 64 letters, digits, ".", "_" or "-" at ${place}/kid`)
  }
  const alg = algorithmOf(jwk, place)
  if (told !== undefined && told !== alg) throw new Error(`must have the alg ${alg} at ${place}, or none`)
  return { kid, alg, key: keyObject(jwk, place) }
}

function algorithmOf({ kty, crv }: StoredKey, place: string): Algorithm {
  if (kty === 'EC' && crv === 'P-256') return 'ES256'
  if (kty === 'OKP' && crv === 'Ed25519') return 'EdDSA'
  if (kty === 'oct') return 'HS256'
  throw new Error(`must have a key of EC P-256, OKP Ed25519 or oct at ${place}`)
}

function keyObject(jwk: StoredKey, place: string): KeyObject {
  if (jwk['kty'] === 'oct') {
    const secret = Buffer.from(typeof jwk.k === 'string' ? jwk.k : '', 'base64url')
    if (secret.length >= SECRET_BYTES_MIN) return createSecretKey(secret)
    throw new Error(`must have ${SECRET_BYTES_MIN} bytes or more at ${place}/k, got ${secret.length}`)
  }
  const input = { key: jwk as JsonWebKey, format: 'jwk' } as const
  try {
    return jwk['d'] === undefined ? createPublicKey(input) : createPrivateKey(input)
  } catch {
    throw new Error(`must have a valid key at ${place}`)
  }
}

function publishedKey({ kid, alg, key }: PlaybackKey): readonly JsonWebKey[] {
  if (key.type === 'secret') return []
  const { kty, crv, x, y } = key.export({ format: 'jwk' })
  return [{ kid, alg, use: 'sig', kty, crv, x, ...(y !== undefined && { y }) } as JsonWebKey]
}
