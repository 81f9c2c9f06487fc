/** The keys of an issuer behind an address: a real server that changes, fails and hangs up. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { AUDIENCE, ISSUER, TestIssuer } from '../../tests/http-contract/test-tokens.ts'
import { RemoteKeys } from '../src/auth/token-keys.ts'
import { TokenVerifier } from '../src/auth/token-verifier.ts'

const REFRESH_MS = 300_000
const DAY_MS = 86_400_000

/** A server that publishes what it is told to, and counts how often it is asked. */
async function publisher(first: string) {
  const state = { body: first, status: 200, requests: 0 }
  const server = createServer((_request, response) => {
    state.requests += 1
    response.writeHead(state.status).end(state.body)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(close)
  return { state, close, url: `http://127.0.0.1:${port}/jwks.json` }
}

/** A verifier with the keys behind an address, at a time of the test's own. */
function verifierAt(url: string) {
  const clock = { nowMs: Date.now() }
  const troubles: string[] = []
  const parts = { now: () => clock.nowMs, onTrouble: (reason: string) => void troubles.push(reason) }
  const verifier = new TokenVerifier({
    rules: { issuer: ISSUER, audiences: [AUDIENCE], algorithms: ['ES256'], leewaySeconds: 0 },
    keys: new RemoteKeys({ url, ...parts }),
    identityOf: ({ sub }) => ({ sub }),
    ...parts,
  })
  return { verifier, clock, troubles }
}

const longLived = { expiresIn: 10 * 86_400 }

describe('keys behind an address', () => {
  it('are loaded once for all tokens that wait', async () => {
    const issuer = new TestIssuer()
    const { state, url } = await publisher(await issuer.jwks())
    const { verifier } = verifierAt(url)
    const tokens = await Promise.all(['a', 'b', 'c', 'd'].map((user) => issuer.token(user)))
    const found = await Promise.all(tokens.map(async (token) => verifier.check(token)))
    expect(found).toEqual([{ sub: 'a' }, { sub: 'b' }, { sub: 'c' }, { sub: 'd' }])
    expect(state.requests).toBe(1)
  })

  it('are not loaded again for each token with an unknown key', async () => {
    const issuer = new TestIssuer()
    const { state, url } = await publisher(await issuer.jwks())
    const { verifier } = verifierAt(url)
    for (let each = 0; each < 20; each += 1) {
      const token = await issuer.token('ann', { kid: `made-up-${each}` })
      expect(await verifier.check(token)).toBe('untrusted-token')
    }
    expect(state.requests).toBe(1)
  })

  it('are replaced soon after the issuer replaces them, and known tokens are forgotten', async () => {
    const [before, after] = [new TestIssuer('before'), new TestIssuer('after')]
    const { state, url } = await publisher(await before.jwks())
    const { verifier, clock } = verifierAt(url)
    const token = await before.token('ann', longLived)
    await verifier.check(token)
    state.body = await after.jwks()
    expect(verifier.check(token)).toEqual({ sub: 'ann' })
    clock.nowMs += REFRESH_MS
    await vi.waitFor(async () => expect(await verifier.check(token)).toBe('untrusted-token'))
    expect(await verifier.check(await after.token('ann', longLived))).toEqual({ sub: 'ann' })
    expect(state.requests).toBe(2)
  })

  it('stay in force for a day while no newer ones can be loaded', async () => {
    const issuer = new TestIssuer()
    const { state, url } = await publisher(await issuer.jwks())
    const { verifier, clock, troubles } = verifierAt(url)
    await verifier.check(await issuer.token('ann', longLived))
    const loadedAtMs = clock.nowMs
    state.status = 503
    clock.nowMs += REFRESH_MS
    expect(await verifier.check(await issuer.token('bob', longLived))).toEqual({ sub: 'bob' })
    await vi.waitFor(() => expect(troubles).toEqual(['the answer has status 503']))
    clock.nowMs = loadedAtMs + DAY_MS
    expect(await verifier.check(await issuer.token('cid', longLived))).toEqual({ sub: 'cid' })
    clock.nowMs += 1
    expect(await verifier.check(await issuer.token('dan', longLived))).toBe('keys-unavailable')
    await vi.waitFor(() => expect(troubles).toHaveLength(2))
    state.status = 200
    clock.nowMs += REFRESH_MS
    const token = await issuer.token('eve', longLived)
    await vi.waitFor(async () => expect(await verifier.check(token)).toEqual({ sub: 'eve' }))
  })

  it('are asked for again soon if there are none yet, and not at each token', async () => {
    const issuer = new TestIssuer()
    const { state, url } = await publisher('<html>')
    const { verifier, clock } = verifierAt(url)
    const token = await issuer.token('ann')
    for (let each = 0; each < 20; each += 1) expect(await verifier.check(token)).toBe('keys-unavailable')
    expect(state.requests).toBe(1)
    state.body = await issuer.jwks()
    clock.nowMs += 2000
    expect(await verifier.check(token)).toEqual({ sub: 'ann' })
  })

  it.each([
    ['a redirect', { status: 302, body: '' }],
    ['keys without end', { status: 200, body: ' '.repeat(1_000_001) }],
    ['something else', { status: 200, body: '{"keys":1}' }],
  ])('are not taken from %s', async (_what, answer) => {
    const { state, url } = await publisher('')
    Object.assign(state, answer)
    const { verifier, troubles } = verifierAt(url)
    expect(await verifier.check(await new TestIssuer().token('ann'))).toBe('keys-unavailable')
    expect(troubles).toHaveLength(1)
  })

  it('are unavailable if no server listens', async () => {
    const { url, close } = await publisher('')
    await close()
    const { verifier } = verifierAt(url)
    expect(await verifier.check(await new TestIssuer().token('ann'))).toBe('keys-unavailable')
  })
})
