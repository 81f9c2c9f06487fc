import { webcrypto } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newPlaybackKey } from '../../service/src/playback/new-key.ts'
import { parsePolicyText } from '../../service/src/policy/policy-file.ts'
import { Gate, partsOf, tampered, tokenOf } from './gate.ts'

const T0 = Date.parse('2026-11-22T02:00:00.400Z')
const S0 = Math.floor(T0 / 1000)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: T0 })
})
afterEach(() => {
  vi.useRealTimers()
})

function at(seconds: number): void {
  vi.setSystemTime(T0 + seconds * 1000)
}

const FILM = { streamId: 's1', deviceId: 'tv', contentId: 'film 7' }

/** Whether one of these keys signed the token, by another implementation than the service's. */
async function isSigned(token: string, keys: readonly webcrypto.JsonWebKey[]): Promise<boolean> {
  const [{ alg, kid }] = partsOf(token)
  const jwk = keys.find((key) => (key as { kid?: string }).kid === kid)
  if (jwk === undefined) return false
  const { alg: _alg, use: _use, ...plain } = jwk
  const { subtle } = webcrypto
  const [header, payload, signature = ''] = token.split('.')
  const kinds: Record<string, webcrypto.EcdsaParams & webcrypto.EcKeyImportParams> = {
    ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
    EdDSA: { name: 'Ed25519', namedCurve: '', hash: '' },
    HS256: { name: 'HMAC', namedCurve: '', hash: 'SHA-256' },
  }
  const kind = kinds[String(alg)]
  if (kind === undefined) return false
  const key = await subtle.importKey('jwk', plain, kind, false, ['verify'])
  const bytes = new TextEncoder().encode(`${header}.${payload}`)
  return subtle.verify(kind, key, Buffer.from(signature, 'base64url'), bytes)
}

describe.each(['ES256', 'EdDSA', 'HS256'] as const)('a playback token by %s', (alg) => {
  it('comes with a start, names the lease, and is signed', async () => {
    const gate = await Gate.open(alg)
    const stream = await gate.start('ann', FILM)
    const token = tokenOf(stream)
    const [header, claims] = partsOf(token)
    expect(header).toEqual({ alg, kid: gate.keys[0]?.['kid'], typ: 'playback+jwt' })
    expect(claims).toEqual({
      sub: 'ann',
      sid: 's1@tv',
      contentId: 'film 7',
      generation: expect.any(String),
      iat: S0,
      exp: S0 + 100,
    })
    expect(stream.playbackTokenExpiresAt).toBe('2026-11-22T02:01:40.000Z')
    const published = JSON.parse((await gate.call('GET', '/.well-known/jwks.json')).text) as {
      keys: webcrypto.JsonWebKey[]
    }
    if (alg === 'HS256') expect(published.keys).toEqual([])
    const keys = alg === 'HS256' ? gate.keys.map(({ alg: _alg, ...key }) => key) : published.keys
    expect(await isSigned(token, keys)).toBe(true)
    expect(await isSigned(tampered(token, { sub: 'bob' }), keys)).toBe(false)
    await gate.close()
  })

  it('opens the paths of its content until it expires, and no others', async () => {
    const gate = await Gate.open(alg)
    const token = tokenOf(await gate.start('ann', FILM))
    const path = '/films/film%207/seg-1.m4s'
    expect(await gate.check(token, path)).toBe(200)
    expect(await gate.check(undefined, path)).toBe(401)
    expect(await gate.check('not.a.token', path)).toBe(401)
    expect(await gate.check(tampered(token, { contentId: 'film 8' }), '/films/film%208/seg')).toBe(401)
    expect(await gate.check(tampered(token, { exp: S0 + 9999 }), path)).toBe(401)
    for (const other of ['/films/film%208/s', '/films/film%207', '/films/film%207/../film%208/s', '/x', '']) {
      expect(await gate.check(token, other)).toBe(403)
    }
    vi.setSystemTime((S0 + 100) * 1000 - 1)
    expect(await gate.check(token, path)).toBe(200)
    vi.setSystemTime((S0 + 100) * 1000)
    expect(await gate.check(token, path)).toBe(401)
    await gate.close()
  })
})

describe('a heartbeat', () => {
  it('brings a token if half the life of the former one is over', async () => {
    const gate = await Gate.open('HS256')
    await gate.start('ann', FILM)
    const brought: number[] = []
    for (let seconds = 25; seconds <= 200; seconds += 25) {
      at(seconds)
      const { playbackToken } = await gate.heartbeat('ann', 's1@tv')
      if (playbackToken !== undefined) brought.push(seconds)
    }
    expect(brought).toEqual([50, 100, 150, 200])
    await gate.close()
  })

  it('that is admitted again brings one, and so does each repeated start', async () => {
    const gate = await Gate.open('HS256')
    await gate.start('ann', FILM)
    at(300)
    expect(tokenOf(await gate.heartbeat('ann', 's1@tv', FILM))).toBeTruthy()
    expect(tokenOf(await gate.start('ann', FILM))).toBeTruthy()
    await gate.close()
  })

  it('tells two processes the same, because neither keeps a note', async () => {
    const keys = [newPlaybackKey('HS256')]
    const [one, other] = [await Gate.open(keys), await Gate.open(keys)]
    await one.start('ann', FILM)
    await other.start('ann', FILM)
    for (let seconds = 20; seconds <= 200; seconds += 20) {
      at(seconds)
      const has = await Promise.all(
        [one, other].map(async (gate) => 'playbackToken' in (await gate.heartbeat('ann', 's1@tv'))),
      )
      expect(has[0]).toBe(has[1])
    }
    await one.close()
    await other.close()
  })
})

it('a stream above the limit has a token for its grace and an interval', async () => {
  const graced = {
    defaultPlan: 'one',
    plans: { one: { limits: [{ max: 1 }], graceStreams: { streams: 1, seconds: 30 } } },
  }
  const text = JSON.stringify(graced)
  const gate = await Gate.open('HS256', { policy: { policy: parsePolicyText(text), text } })
  await gate.start('ann', FILM)
  const { exp } = partsOf(tokenOf(await gate.start('ann', { streamId: 's2', contentId: 'x' })))[1]
  expect(exp).toBe(Math.floor((T0 + 55_000) / 1000))
  await gate.close()
})

describe('the change of a key', () => {
  it('goes by kid: the new key is published first, then it signs, and then the old one goes', async () => {
    const [old, next] = [newPlaybackKey('ES256'), newPlaybackKey('EdDSA')]
    const path = '/films/film%207/s'
    const both = await Gate.open([old, next])
    const former = tokenOf(await both.start('ann', FILM))
    const changed = await Gate.open([next, old])
    const newer = tokenOf(await changed.start('ann', FILM))
    expect(partsOf(newer)[0]['kid']).toBe(next['kid'])
    for (const gate of [both, changed]) {
      expect([await gate.check(former, path), await gate.check(newer, path)]).toEqual([200, 200])
    }
    const after = await Gate.open([next])
    expect([await after.check(former, path), await after.check(newer, path)]).toEqual([401, 200])
    await Promise.all([both.close(), changed.close(), after.close()])
  })

  it('does not let a public key pass for a shared secret, nor a token go unsigned', async () => {
    const gate = await Gate.open('ES256')
    const [, payload = ''] = tokenOf(await gate.start('ann', FILM)).split('.')
    for (const alg of ['none', 'HS256', 'EdDSA']) {
      const header = { alg, kid: gate.keys[0]?.['kid'], typ: 'playback+jwt' }
      const token = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.AA`
      expect(await gate.check(token, '/films/film%207/s')).toBe(401)
    }
    await gate.close()
  })
})

it('without the setting there are no tokens, keys, revocations and checks', async () => {
  const gate = await Gate.open('HS256', { playbackTokens: undefined })
  expect(Object.keys(await gate.start('ann', FILM))).not.toContain('playbackToken')
  for (const path of ['/.well-known/jwks.json', '/revocations', '/check']) {
    expect((await gate.call('GET', path)).status).toBe(404)
  }
  await gate.close()
})

describe('GET /check', () => {
  it('takes the token from the query, a cookie, or as a bearer token', async () => {
    const gate = await Gate.open('HS256')
    const token = tokenOf(await gate.start('ann', FILM))
    const uri = '/films/film%207/s'
    expect(await gate.check(undefined, uri, { cookie: `a=b; playbackToken=${token}` })).toBe(200)
    expect(await gate.check(undefined, uri, { authorization: `Bearer ${token}` })).toBe(200)
    expect(await gate.check(undefined, uri, { authorization: token })).toBe(401)
    await gate.close()
  })

  it('opens nothing if two headers name two paths, or the start named no content', async () => {
    const gate = await Gate.open('HS256')
    const token = tokenOf(await gate.start('ann', FILM))
    const bearer = { authorization: `Bearer ${token}`, 'x-forwarded-uri': '/films/film%207/t' }
    expect(await gate.check(undefined, '/films/film%207/s', bearer)).toBe(403)
    const none = tokenOf(await gate.start('ann', { streamId: 's2' }))
    expect(await gate.check(none, '/films//s')).toBe(403)
    expect(await gate.check(none, '/films/undefined/s')).toBe(403)
    await gate.close()
  })
})
