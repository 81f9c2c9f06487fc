/** The function checks its callers itself, by variables of its environment. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RestApiEvent } from '../../service/src/servers/api-gateway.ts'
import { buildBundle } from '../../tools/build.ts'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { TestKeys } from '../http-contract/test-keys.ts'
import { AUDIENCE, ISSUER, TestIssuer } from '../http-contract/test-tokens.ts'
import { runBundle } from './bundle-process.ts'

describe('the Lambda bundle, if callers are checked', () => {
  const dynalite = useDynalite()
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-bundle-'))
  beforeAll(async () => {
    await buildBundle(folder)
    const { 'index.mjs': code = new Uint8Array() } = unzipSync(readFileSync(join(folder, 'bundle.zip')))
    writeFileSync(join(folder, 'index.mjs'), code)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const run = async (settings: Readonly<Record<string, string>>, events: readonly RestApiEvent[]) => {
    const environment = {
      STREAMGATE_STORE: `dynamodb:${await dynalite.makeTable()}`,
      AWS_ENDPOINT_URL: dynalite.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
      STREAMGATE_STORE_TIMEOUT_MS: '10000',
      ...settings,
    }
    const invocations = await runBundle(join(folder, 'index.mjs'), environment, events)
    return invocations.map(({ result }) => result)
  }

  it('lets API keys and tokens in, and no other caller', async () => {
    const [keys, issuer] = [new TestKeys(), new TestIssuer()]
    const key = keys.make(['admit'])
    const settings = {
      STREAMGATE_AUTH: 'api-key,jwt',
      STREAMGATE_API_KEYS: keys.text,
      STREAMGATE_JWT_ISSUER: ISSUER,
      STREAMGATE_JWT_AUDIENCE: AUDIENCE,
      STREAMGATE_JWT_KEYS: await issuer.jwks(),
    }
    const results = await run(settings, [
      startOf('ann'),
      startOf('ann', key),
      startOf('bob', await issuer.token('bob')),
      startOf('bob', await issuer.token('ann')),
      startOf('bob', await issuer.token('bob', { algorithm: 'RS256' })),
      { ...startOf('bob', key), httpMethod: 'GET' },
    ])
    expect(results.map(({ statusCode }) => statusCode)).toEqual([401, 201, 201, 403, 200, 403])
    expect(JSON.parse(results[1]?.body ?? '')).toMatchObject({
      stopUrl: expect.stringMatching(/^\/test\/users\/ann\/streams\/film\/stop\?token=/),
    })
  })

  it('takes the claims of a gateway for a viewer, beside API keys', async () => {
    const keys = new TestKeys()
    const key = keys.make(['admit'])
    const settings = {
      STREAMGATE_AUTH: 'api-key',
      STREAMGATE_API_KEYS: keys.text,
      STREAMGATE_JWT_USER_CLAIM: 'sub',
    }
    const byGateway = (user: string, sub: string): RestApiEvent => {
      const event = startOf(user)
      return { ...event, requestContext: { ...event.requestContext, authorizer: { claims: { sub } } } }
    }
    const results = await run(settings, [
      startOf('ann', key),
      byGateway('ann', 'ann'),
      byGateway('ann', 'bob'),
      startOf('ann'),
    ])
    expect(results.map(({ statusCode }) => statusCode)).toEqual([201, 200, 403, 401])
  })
})

function startOf(user: string, credential?: string): RestApiEvent {
  const path = `/users/${user}/streams`
  return {
    httpMethod: 'POST',
    path,
    headers: {
      'Content-Type': 'application/json',
      ...(credential !== undefined && { Authorization: `Bearer ${credential}` }),
    },
    body: '{"streamId":"film"}',
    isBase64Encoded: false,
    requestContext: { path: `/test${path}` },
  }
}
