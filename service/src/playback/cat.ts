/**
 * Playback tokens as Common Access Tokens (CTA-5007): CBOR Web Tokens (RFC 8392), signed as COSE
 * (RFC 9052) says, in base64url.
 */
import { Encoder, Tag } from 'cbor-x'
import { pathOf, type PathTemplate } from './path-template.ts'
import type { PlaybackClaims } from './playback-claims.ts'
import type { PlaybackKey, PlaybackKeys } from './playback-keys.ts'
import { isSignatureOf, signatureOf, type Algorithm } from './signature.ts'

/** Labels of claims. Facts without a registered claim go by the names that JSON tokens use. */
const CLAIM = { sub: 2, exp: 4, iat: 6, catv: 310, catu: 312, catm: 313 } as const
const VERSION = 1
/** The methods by which a player fetches. */
const METHODS = ['GET', 'HEAD', 'OPTIONS']
/** In `catu`: the path of the address, and a match by its beginning. */
const [PATH, PREFIX] = [3, 1]

const HEADER = { alg: 1, kid: 4 } as const
const COSE_ALG = { ES256: -7, EdDSA: -8, HS256: 5 } as const satisfies Record<Algorithm, number>
/** The outer tag is optional. Some readers expect it around a MAC, and refuse it elsewhere. */
const CWT_TAG = 61
/** A message with a MAC, and one with a signature: its tag, and the context of what is signed. */
const MAC = { tag: 17, context: 'MAC0' } as const
const SIGN = { tag: 18, context: 'Signature1' } as const

const NOTHING = Buffer.alloc(0)
const TOKEN = /^[\w-]+$/

// Maps have labels as keys, and bytes are bytes without a tag of their kind.
const cbor = new Encoder({ mapsAsObjects: false, useRecords: false, tagUint8Array: false })

type Claims = ReadonlyMap<unknown, unknown>

/** Makes tokens by this key, for these paths. */
export function catBy(
  signer: PlaybackKey,
  template: PathTemplate,
): (claims: PlaybackClaims) => string | Promise<string> {
  const { tag, context } = kindOf(signer.alg)
  const protectedHeader = encoded(new Map([[HEADER.alg, COSE_ALG[signer.alg]]]))
  const header = new Map([[HEADER.kid, Buffer.from(signer.kid)]])
  return (claims) => {
    const payload = encoded(claimSet(claims, template))
    const token = (signature: Buffer) => {
      const message = new Tag([protectedHeader, header, payload, signature], tag)
      return encoded(tag === MAC.tag ? new Tag(message, CWT_TAG) : message).toString('base64url')
    }
    const signature = signatureOf(signer, encoded([context, protectedHeader, NOTHING, payload]))
    return signature instanceof Promise ? signature.then(token) : token(signature)
  }
}

/** The claims of a token that one of these keys signed. Whether it has expired is not judged. */
export function claimsOfCat(token: string, { byKid }: PlaybackKeys): PlaybackClaims | undefined {
  const message = messageIn(token)
  if (message === undefined) return undefined
  const [protectedHeader, header, payload, signature] = message.parts
  const key = byKid.get(String(header.get(HEADER.kid)))
  if (key === undefined) return undefined
  const { tag, context } = kindOf(key.alg)
  // The algorithm is that of the key, whatever a header asks for.
  const isOther =
    message.tag !== tag || !protectedHeader.equals(encoded(new Map([[HEADER.alg, COSE_ALG[key.alg]]])))
  if (isOther) return undefined
  const signed = encoded([context, protectedHeader, NOTHING, payload])
  if (!isSignatureOf(key, signed, signature)) return undefined
  const claims = cbor.decode(payload) as Claims
  const { sub, exp, iat } = CLAIM
  const names = ['sid', 'contentId', 'tenant', 'generation'] as const
  return {
    ...(Object.fromEntries(names.map((name) => [name, claims.get(name)])) as Pick<
      PlaybackClaims,
      (typeof names)[number]
    >),
    sub: String(claims.get(sub)),
    exp: Number(claims.get(exp)),
    iat: Number(claims.get(iat)),
  }
}

function claimSet(claims: PlaybackClaims, template: PathTemplate): Claims {
  const { sub, sid, contentId, tenant, generation, iat, exp } = claims
  const set = new Map<unknown, unknown>([
    [CLAIM.sub, sub],
    [CLAIM.exp, exp],
    [CLAIM.iat, iat],
    [CLAIM.catv, VERSION],
    [CLAIM.catm, METHODS],
    ['sid', sid],
  ])
  if (contentId !== undefined) {
    set.set(CLAIM.catu, new Map([[PATH, new Map([[PREFIX, pathOf(template, contentId)]])]]))
    set.set('contentId', contentId)
  }
  if (tenant !== undefined) set.set('tenant', tenant)
  if (generation !== undefined) set.set('generation', generation)
  return set
}

function kindOf(alg: Algorithm): typeof MAC | typeof SIGN {
  return alg === 'HS256' ? MAC : SIGN
}

/** A copy, because the encoder goes on to use its bytes. */
function encoded(value: unknown): Buffer {
  return Buffer.from(cbor.encode(value))
}

type Message = {
  readonly tag: number
  readonly parts: readonly [Buffer, ReadonlyMap<unknown, Buffer>, Buffer, Buffer]
}

function messageIn(token: string): Message | undefined {
  if (!TOKEN.test(token)) return undefined
  try {
    const outer: unknown = cbor.decode(Buffer.from(token, 'base64url'))
    const message: unknown = outer instanceof Tag && outer.tag === CWT_TAG ? outer.value : outer
    if (!(message instanceof Tag) || !Array.isArray(message.value) || message.value.length !== 4)
      return undefined
    const [protectedHeader, header, payload, signature] = message.value as readonly unknown[]
    const areBytes = [protectedHeader, payload, signature].every((part) => Buffer.isBuffer(part))
    if (!areBytes || !(header instanceof Map)) return undefined
    return { tag: message.tag, parts: message.value as unknown as Message['parts'] }
  } catch {
    return undefined
  }
}
