/** The functions for CloudFront and for Workers, each in the shape of its platform's API. */
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newPlaybackKey } from '../../service/src/playback/new-key.ts'
import { NODE_TARGET } from '../http-contract/target.ts'
import { Gate, tokenOf } from './gate.ts'
import { answersOf, EXPECTED } from './verifier-cases.ts'

const EDGE = fileURLToPath(new URL('../../examples/edge', import.meta.url))

/** The most that CloudFront takes. */
const FUNCTION_BYTES_MAX = 10_240

type CloudFrontRequest = {
  readonly uri: string
  readonly querystring: Record<string, { value: string }>
  readonly headers: Record<string, { value: string }>
  readonly cookies: Record<string, { value: string }>
}
type CloudFrontHandler = (event: object) => Promise<CloudFrontRequest | { statusCode: number }>

/** The function in a realm without anything but what runtime 2.0 has. */
function cloudFrontFunction(secrets: Readonly<Record<string, string>>): CloudFrontHandler {
  const source = readFileSync(`${EDGE}/cloudfront/playback.js`, 'utf8')
  const kvs = () => ({
    get: async (name: string) => secrets[name] ?? Promise.reject(new Error('KeyNotFound')),
  })
  const crypto: unknown = createRequire(import.meta.url)('node:crypto')
  const sandbox = vm.createContext({ cf: { kvs }, crypto, Buffer })
  const script = source.replace(/^import \w+ from '\w+'$/gm, '')
  return vm.runInContext(`${script}\nhandler`, sandbox) as CloudFrontHandler
}

function viewerRequest(uri: string): CloudFrontRequest {
  const [path = '', query = ''] = uri.split('?')
  const querystring = Object.fromEntries(
    [...new URLSearchParams(query)].map(([name, value]) => [name, { value }]),
  )
  return { uri: path, querystring, headers: {}, cookies: {} }
}

describe('the function for CloudFront', () => {
  const key = newPlaybackKey('HS256')
  const secrets = { [String(key['kid'])]: String(key.k) }

  it('lets through the film of a token, and refuses all else', async () => {
    const handler = cloudFrontFunction(secrets)
    const answers = await answersOf(key, async (uri) => {
      const answer = await handler({ version: '1.0', request: viewerRequest(uri) })
      return 'statusCode' in answer ? answer.statusCode : 0
    })
    expect(answers).toEqual(EXPECTED)
  })

  it('hands on the request without its token, which may come in a cookie or as a bearer token', async () => {
    const gate = await Gate.open([key])
    const value = tokenOf(await gate.start('ann', { streamId: 's', contentId: 'film 7' }))
    await gate.close()
    const handler = cloudFrontFunction(secrets)
    const request = viewerRequest(`/films/film%207/seg?a=b&playbackToken=${value}`)
    expect(await handler({ request })).toMatchObject({ uri: request.uri, querystring: { a: { value: 'b' } } })
    expect(request.querystring).not.toHaveProperty('playbackToken')
    const plain = viewerRequest('/films/film%207/seg')
    const [cookies, headers] = [{ playbackToken: { value } }, { authorization: { value: `Bearer ${value}` } }]
    expect(await handler({ request: { ...plain, cookies } })).toHaveProperty('uri')
    expect(await handler({ request: { ...plain, headers } })).toHaveProperty('uri')
  })

  it('knows no key that is not in its store', async () => {
    const answers = await answersOf(key, async (uri) => {
      const answer = await cloudFrontFunction({})({ request: viewerRequest(uri) })
      return 'statusCode' in answer ? answer.statusCode : 0
    })
    expect(new Set(Object.values(answers))).toEqual(new Set([401]))
  })

  it('is small enough for CloudFront', () => {
    expect(readFileSync(`${EDGE}/cloudfront/playback.js`).length).toBeLessThan(FUNCTION_BYTES_MAX)
  })
})

type Worker = { readonly fetch: (request: Request, env: object) => Promise<Response> }

describe('the worker', () => {
  const seen: string[] = []
  const origin = createServer((request, response) => {
    seen.push(request.url ?? '')
    response.end('film')
  })
  let url = ''
  let worker: Worker

  beforeAll(async () => {
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`
    const module = (await import(`${EDGE}/worker/playback.js`)) as { readonly default: Worker }
    worker = module.default
  })
  afterAll(() => {
    origin.close()
  })

  it.each(['ES256', 'EdDSA', 'HS256'] as const)(
    'passes on the film of a token by %s, and refuses all else',
    async (alg) => {
      const key = newPlaybackKey(alg)
      const gate = await Gate.open([key], {}, NODE_TARGET)
      const env = {
        JWKS: `${gate.url}/.well-known/jwks.json`,
        SECRETS: JSON.stringify({ keys: alg === 'HS256' ? [key] : [] }),
      }
      const ask = async (uri: string) => {
        // `Request` writes a path as `URL` does. Platforms hand over what the client wrote.
        const request = Object.defineProperty(new Request(url + uri), 'url', { value: url + uri })
        const response = await worker.fetch(request, env)
        return response.status === 200 && (await response.text()) === 'film' ? 0 : response.status
      }
      expect(await answersOf(key, ask)).toEqual(EXPECTED)
      expect(seen.at(-1)).toBe('/films/film%207/seg-1.m4s?a=b')
      await gate.close()
    },
  )
})
