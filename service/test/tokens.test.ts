/** Tokens that were checked before: for how long they are remembered. */
import { describe, expect, it } from 'vitest'
import { TestIssuer, AUDIENCE, ISSUER } from '../../tests/http-contract/test-tokens.ts'
import { CurrentKeys } from '../src/auth/current-keys.ts'
import { parseJwks } from '../src/auth/jwks-text.ts'
import { TokenCache } from '../src/auth/token-cache.ts'
import { ProvidedKeys } from '../src/auth/token-keys.ts'
import { TokenVerifier } from '../src/auth/token-verifier.ts'

const LEEWAY_SECONDS = 30
const LIFE_SECONDS = 100

/** A verifier at a time of the test's own, which counts how often it looks for a key. */
async function verifierOf(issuer: TestIssuer, max?: number) {
  const text = await issuer.jwks()
  const current = new CurrentKeys({ keys: parseJwks(text), text }, parseJwks)
  const keys = new ProvidedKeys(current)
  const clock = { nowMs: Date.now() }
  const counted = { checks: 0 }
  const verifier = new TokenVerifier({
    rules: {
      issuer: ISSUER,
      audiences: ['other', AUDIENCE],
      algorithms: ['ES256'],
      leewaySeconds: LEEWAY_SECONDS,
    },
    keys: {
      find: (header, token) => {
        counted.checks += 1
        return keys.find(header, token)
      },
      freshen: () => {},
      get generation() {
        return keys.generation
      },
    },
    identityOf: ({ sub }) => ({ sub }),
    now: () => clock.nowMs,
    onTrouble: (reason) => {
      throw new Error(reason)
    },
    ...(max !== undefined && { cache: new TokenCache<{ readonly sub: string | undefined }>(max) }),
  })
  return { verifier, clock, counted, current }
}

describe('a token', () => {
  it('is checked once, and is then known at once', async () => {
    const issuer = new TestIssuer()
    const { verifier, counted } = await verifierOf(issuer)
    const token = await issuer.token('ann')
    expect(await verifier.check(token)).toEqual({ sub: 'ann' })
    expect(verifier.check(token)).toEqual({ sub: 'ann' })
    expect(counted.checks).toBe(1)
    expect(verifier.check(`${token}a`)).toBeInstanceOf(Promise)
    expect(await verifier.check(`${token}a`)).toBe('untrusted-token')
    expect(await verifier.check(`${token}a`)).toBe('untrusted-token')
  })

  it.each([true, false])('ends at its end and the leeway, known before: %s', async (isKnown) => {
    const issuer = new TestIssuer()
    const { verifier, clock } = await verifierOf(issuer)
    const token = await issuer.token('ann', { expiresIn: LIFE_SECONDS })
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      exp: number
    }
    if (isKnown) await verifier.check(token)
    clock.nowMs = (exp + LEEWAY_SECONDS) * 1000 - 1
    expect(await verifier.check(token)).toEqual({ sub: 'ann' })
    clock.nowMs += 1
    expect(await verifier.check(token)).toBe('expired-token')
  })

  it('is refused at once if its key is gone', async () => {
    const [before, after] = [new TestIssuer('before'), new TestIssuer('after')]
    const { verifier, current } = await verifierOf(before)
    const token = await before.token('ann')
    await verifier.check(token)
    current.set(await after.jwks())
    expect(await verifier.check(token)).toBe('untrusted-token')
    expect(await verifier.check(await after.token('ann'))).toEqual({ sub: 'ann' })
  })

  it('is not remembered if its key went while it was checked', async () => {
    const [before, after] = [new TestIssuer('before'), new TestIssuer('after')]
    const { verifier, current } = await verifierOf(before)
    const token = await before.token('ann')
    const checking = verifier.check(token)
    current.set(await after.jwks())
    await checking
    expect(await verifier.check(token)).toBe('untrusted-token')
  })

  it('is forgotten if too many others come, and is then checked again', async () => {
    const issuer = new TestIssuer()
    const { verifier, counted } = await verifierOf(issuer, 2)
    const tokens = await Promise.all(['ann', 'bob', 'cid'].map((user) => issuer.token(user)))
    for (const token of tokens) await verifier.check(token)
    expect(tokens.map((token) => verifier.check(token) instanceof Promise)).toEqual([true, false, false])
    expect(counted.checks).toBe(4)
  })

  it('must be signed by an algorithm of the list', async () => {
    const issuer = new TestIssuer()
    const { verifier } = await verifierOf(issuer)
    for (const algorithm of ['RS256', 'PS256', 'EdDSA'] as const) {
      expect(await verifier.check(await issuer.token('ann', { algorithm }))).toBe('untrusted-token')
    }
  })
})

describe('a set of public keys', () => {
  it.each([
    ['', /^is not JSON$/],
    ['{}', /^\/keys must be a list$/],
    ['{"keys":[]}', /^\/keys must have at least one key$/],
    ['{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}', /^\/keys\/0\/kty must be EC, RSA or OKP/],
    ['{"keys":[{"kty":"EC","d":"c2VjcmV0"}]}', /^\/keys\/0 must be a public key/],
  ])('%s is none', (text, fault) => {
    expect(() => parseJwks(text)).toThrow(fault)
    expect(() => parseJwks(text)).not.toThrow(/c2VjcmV0/)
  })
})
