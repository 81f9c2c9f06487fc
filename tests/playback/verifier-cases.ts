/** What every verifier has to say to the same tokens, which a real service gave. */
import type { JsonWebKey } from 'node:crypto'
import { newPlaybackKey } from '../../service/src/playback/new-key.ts'
import { jwsBy } from '../../service/src/playback/jws.ts'
import { parsePlaybackKeys } from '../../service/src/playback/playback-keys.ts'
import type { Algorithm } from '../../service/src/playback/signature.ts'
import { Gate, partsOf, tampered, tokenOf } from './gate.ts'

/** 0 stands for the answer of a verifier that lets a request through. */
export const EXPECTED: Readonly<Record<string, number>> = {
  good: 0,
  'no token': 401,
  'no real token': 401,
  expired: 401,
  'other user': 401,
  'later end': 401,
  'no signature': 401,
  'alg none': 401,
  'other key': 401,
  'other type': 401,
  'other film': 403,
  'parent folder': 403,
  'hidden parent folder': 403,
  'hidden slash': 403,
  'no content': 403,
}

/** The status of each case, by its name. `ask` requests a path with its query. */
export async function answersOf(
  key: JsonWebKey,
  ask: (uri: string) => Promise<number>,
): Promise<Record<string, number>> {
  const gate = await Gate.open([key])
  const token = tokenOf(await gate.start('ann', { streamId: 's', deviceId: 'tv', contentId: 'film 7' }))
  const withoutContent = tokenOf(await gate.start('ann', { streamId: 't' }))
  await gate.close()
  const own = '/films/film%207/seg-1.m4s'
  const by = (text: string, path = own) => ask(`${path}?a=b&playbackToken=${text}`)
  return {
    good: await by(token),
    'no token': await ask(own),
    'no real token': await by('x.y.z'),
    expired: await by(await expired(key, token)),
    'other user': await by(tampered(token, { sub: 'bob' })),
    'later end': await by(tampered(token, { exp: 9_999_999_999 })),
    'no signature': await by(token.slice(0, token.lastIndexOf('.') + 1)),
    'alg none': await by(withHeader(token, { alg: 'none' })),
    'other key': await by(await byOtherKey(key, token)),
    'other type': await by(withHeader(token, { typ: 'JWT' })),
    'other film': await by(token, '/films/film%208/seg-1.m4s'),
    'parent folder': await by(token, '/films/film%207/%2e%2e/film%208/seg-1.m4s'),
    'hidden parent folder': await by(token, '/films/film%207/.%2E/film%208/seg-1.m4s'),
    'hidden slash': await by(token, '/films/film%207%2f..%2ffilm%208/seg-1.m4s'),
    'no content': await by(withoutContent),
  }
}

/** The same claims, of which the end has passed, signed by the key of the service. */
async function expired(key: JsonWebKey, token: string): Promise<string> {
  const iat = Math.floor(Date.now() / 1000) - 101
  return signedBy(key, { ...partsOf(token)[1], iat, exp: iat + 100 })
}

/** The same claims by a key that only claims to be the one of the service. */
async function byOtherKey(key: JsonWebKey, token: string): Promise<string> {
  const other = { ...newPlaybackKey(key['alg'] as Algorithm), kid: key['kid'] }
  return signedBy(other, partsOf(token)[1])
}

async function signedBy(key: JsonWebKey, claims: object): Promise<string> {
  const { signer } = parsePlaybackKeys(JSON.stringify({ keys: [key] }))
  return jwsBy(signer)(claims as Parameters<ReturnType<typeof jwsBy>>[0])
}

function withHeader(token: string, members: object): string {
  const [, payload = '', signature = ''] = token.split('.')
  const header = JSON.stringify({ ...partsOf(token)[0], ...members })
  return [Buffer.from(header).toString('base64url'), payload, signature].join('.')
}
