import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newPlaybackKey, publicPem } from '../src/playback/new-key.ts'
import { parsePlaybackKeys, readPlaybackKeys } from '../src/playback/playback-keys.ts'

const ES256 = newPlaybackKey('ES256')
const EDDSA = newPlaybackKey('EdDSA')
const HS256 = newPlaybackKey('HS256')

function parsed(...keys: readonly object[]) {
  return parsePlaybackKeys(JSON.stringify({ keys }))
}

function without({ ...key }: JsonWebKey, ...members: readonly string[]): JsonWebKey {
  for (const member of members) delete key[member]
  return key
}

describe('the keys of playback tokens', () => {
  it('sign by the first one, and check by all', () => {
    const { signer, byKid } = parsed(EDDSA, ES256, HS256)
    expect(signer).toMatchObject({ kid: EDDSA['kid'], alg: 'EdDSA' })
    expect([...byKid.values()].map(({ alg }) => alg)).toEqual(['EdDSA', 'ES256', 'HS256'])
  })

  it('are published without anything secret, and a shared secret not at all', () => {
    const { published } = parsed(HS256, ES256, EDDSA)
    expect(published).toEqual([
      { ...without(ES256, 'd'), use: 'sig' },
      { ...without(EDDSA, 'd'), use: 'sig' },
    ])
  })

  it('may be public if another one signs: a former key need not stay secret', () => {
    expect(parsed(ES256, without(EDDSA, 'd')).published).toHaveLength(2)
    expect(() => parsed(without(ES256, 'd'), EDDSA)).toThrow('a private key or a secret at /keys/0')
  })

  it('are off if the setting is empty', () => {
    expect(readPlaybackKeys('')).toBeUndefined()
    expect(readPlaybackKeys(JSON.stringify({ keys: [ES256] }))?.signer.alg).toBe('ES256')
  })

  it.each<[string, readonly object[], string]>([
    ['no key', [], 'at least one key at /keys'],
    ['no kid', [without(ES256, 'kid')], 'at /keys/0/kid'],
    ['two keys of one kid', [ES256, { ...EDDSA, kid: ES256['kid'] }], 'another kid in each key'],
    ['another algorithm', [{ ...ES256, alg: 'RS256' }], 'the alg ES256 at /keys/0'],
    ['a short secret', [{ kid: 'a', kty: 'oct', k: 'c2VjcmV0' }], '32 bytes or more at /keys/0/k, got 6'],
    ['a secret that is no text', [{ kid: 'a', kty: 'oct', k: 7 }], '32 bytes or more at /keys/0/k, got 0'],
    ['a point off the curve', [{ ...ES256, x: EDDSA.x }], 'a valid key at /keys/0'],
    ['another curve', [p384()], 'EC P-256, OKP Ed25519 or oct at /keys/0'],
  ])('are refused with %s', (_what, keys, message) => {
    expect(() => parsed(...keys)).toThrow(message)
  })

  it('are refused without a word of the text if it is not JSON', () => {
    expect(() => parsePlaybackKeys('{"keys":[{"k":"c2VjcmV0"')).toThrow(/^[^]*(?<!c2VjcmV0[^]*)not JSON$/)
    expect(() => parsePlaybackKeys('{"keys":{}}')).toThrow('a list of keys at /keys')
    expect(() => readPlaybackKeys('/does/not/exist')).toThrow('must name a readable file')
  })

  it('have a PEM of their public part', () => {
    expect(publicPem(ES256)).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
  })
})

function p384(): object {
  return {
    kid: 'a',
    ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }),
  }
}
