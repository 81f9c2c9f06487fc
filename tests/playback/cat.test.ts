/** Common Access Tokens, judged by another implementation (`tests/playback/tools`). */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { newPlaybackKey } from '../../service/src/playback/new-key.ts'
import { Gate, tokenOf } from './gate.ts'

const TOOLS = fileURLToPath(new URL('tools/', import.meta.url))

type Cat = {
  readonly claims: Readonly<Record<string, unknown>>
  readonly isAcceptable: (options: object) => Promise<boolean>
}
type Oracle = {
  readonly CommonAccessTokenFactory: {
    fromMacedToken: (token: string, key: object, hasCwtTag: boolean) => Promise<Cat>
    fromSignedToken: (token: string, key: object) => Promise<Cat>
  }
}

function oracle(): Oracle['CommonAccessTokenFactory'] {
  if (!existsSync(`${TOOLS}node_modules/@eyevinn/cat`)) {
    throw new Error('run `npm ci --prefix tests/playback/tools` first')
  }
  const load = createRequire(TOOLS)
  return (load('./node_modules/@eyevinn/cat/lib/cat.js') as Oracle).CommonAccessTokenFactory
}

const FILM = { streamId: 's1', deviceId: 'tv', contentId: 'film 7' }
const PATH = '/films/film%207/seg-1.m4s'

function bytesOf(part: unknown): Buffer {
  return Buffer.from(String(part), 'base64url')
}

/** How the other implementation is asked about this path. */
function urlOf(path: string): object {
  return { issuer: undefined, url: new URL(path, 'https://cdn.example') }
}

it.each(['HS256', 'ES256'] as const)('a token by %s says the same to another implementation', async (alg) => {
  const key = newPlaybackKey(alg)
  const gate = await Gate.open([key], { playbackFormat: 'cat' })
  const token = tokenOf(await gate.start('ann', FILM))
  const kid = String(key['kid'])
  const read = (text: string) =>
    alg === 'HS256'
      ? oracle().fromMacedToken(text, { k: bytesOf(key.k), kid }, true)
      : oracle().fromSignedToken(text, { x: bytesOf(key.x), y: bytesOf(key.y), kid })
  const cat = await read(token)
  const now = Date.now() / 1000
  expect(cat.claims).toMatchObject({ sub: 'ann', catv: 1, catm: ['GET', 'HEAD', 'OPTIONS'] })
  expect(Number(cat.claims['exp']) - Number(cat.claims['iat'])).toBe(100)
  expect(Math.abs(Number(cat.claims['iat']) - now)).toBeLessThan(30)
  expect(await cat.isAcceptable(urlOf(PATH))).toBe(true)
  await expect(cat.isAcceptable(urlOf('/films/film%208/seg-1.m4s'))).rejects.toThrow()
  const turned = Buffer.from(token, 'base64url')
  turned[turned.length - 1] = (turned.at(-1) ?? 0) ^ 1
  await expect(read(turned.toString('base64url'))).rejects.toThrow()
  await gate.close()
})

it.each(['HS256', 'ES256', 'EdDSA'] as const)('the service checks its own tokens by %s', async (alg) => {
  const gate = await Gate.open(alg, { playbackFormat: 'cat' })
  const token = tokenOf(await gate.start('ann', FILM))
  expect(await gate.check(token, PATH)).toBe(200)
  expect(await gate.check(token, '/films/film%208/seg-1.m4s')).toBe(403)
  const bytes = Buffer.from(token, 'base64url')
  for (let at = 0; at < bytes.length; at += 1) {
    const turned = Buffer.from(bytes)
    turned[at] = (bytes[at] ?? 0) ^ 1
    const isUnsigned = (await gate.check(turned.toString('base64url'), PATH)) === 200
    // The kid stands outside of what is signed, but a token with another one finds no key.
    expect(isUnsigned && at).toBe(false)
  }
  await gate.close()
})

it('is short enough for CloudFront, which takes 1 kB, with a user and ids of usual length', async () => {
  const gate = await Gate.open('HS256', { playbackFormat: 'cat' })
  const ids = { streamId: crypto.randomUUID(), deviceId: crypto.randomUUID(), contentId: crypto.randomUUID() }
  const token = tokenOf(await gate.start(crypto.randomUUID(), ids))
  expect(Buffer.from(token, 'base64url').length).toBeLessThan(420)
  await gate.close()
})
