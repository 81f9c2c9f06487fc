/** Events that do not come from a REST API at its own address, sent to the bundle. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { buildBundle } from '../../tools/build.ts'
import { callBundle, type Invocation } from './bundle-process.ts'

const SCHEDULED = { version: '0', source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }

describe('the Lambda', () => {
  const dynalite = useDynalite()
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-events-'))
  beforeAll(async () => {
    await buildBundle(folder)
    writeFileSync(
      join(folder, 'index.mjs'),
      unzipSync(readFileSync(join(folder, 'bundle.zip')))['index.mjs'] ?? '',
    )
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function call(...events: unknown[]): Promise<readonly Invocation[]> {
    const settings = {
      STREAMGATE_STORE: `dynamodb:${await dynalite.makeTable()}`,
      STREAMGATE_STORE_TIMEOUT_MS: '10000',
      AWS_ENDPOINT_URL: dynalite.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'nobody',
      AWS_SECRET_ACCESS_KEY: 'nothing',
    }
    return callBundle(join(folder, 'index.mjs'), settings, { name: 'handler', remainingMs: 10_000, events })
  }

  it('answers behind the base path of a custom domain, and names its paths with it', async () => {
    const starts = ['1', '2', '3', '4'].map((id) => startAt('/gate/users/u%2F1/streams', id))
    const [first, , , denied] = await call(...starts)
    expect(first?.result).toMatchObject({
      statusCode: 201,
      headers: { location: '/gate/users/u%2F1/streams/1' },
    })
    expect(denied?.result.statusCode).toBe(409)
    expect(JSON.parse(denied?.result.body ?? '')).toMatchObject({
      type: '/gate/problems/stream-limit-reached',
    })
  })

  it('answers an HTTP API that sends events of format 1.0', async () => {
    const event = {
      ...startAt('/test/users/u/streams', '1'),
      version: '1.0',
      pathParameters: { userId: 'u' },
    }
    const [answer] = await call(event)
    expect(answer?.result).toMatchObject({
      statusCode: 201,
      headers: { location: '/test/users/u/streams/1' },
    })
  })

  it('answers events of a schedule and of warm-ups', async () => {
    const invocations = await call(SCHEDULED, { warmer: true }, {}, null, startAt('/users/u/streams', '1'))
    expect(invocations.map(({ result }) => result.statusCode)).toEqual([204, 204, 204, 204, 201])
  })

  it('gives an OpenAPI document whose server is the address that the caller used', async () => {
    const at = {
      resource: '/openapi.json',
      path: '/openapi.json',
      requestContext: { path: '/test/openapi.json' },
    }
    const [answer] = await call({ ...startAt('/', '1'), ...at, httpMethod: 'GET', body: null })
    expect(JSON.parse(answer?.result.body ?? '')).toMatchObject({ servers: [{ url: '/test' }] })
  })

  it('logs the same id as the gateway', async () => {
    const ownId = { ...startAt('/users/u/streams', '2'), headers: { 'X-Request-Id': 'callers-own' } }
    const [without, withOwn] = await call(startAt('/users/u/streams', '1'), ownId)
    expect(without?.result.headers['x-request-id']).toBe('gateway-1')
    expect(decisionIn(without)).toMatchObject({ requestId: 'gateway-1' })
    expect(withOwn?.result.headers['x-request-id']).toBe('callers-own')
    expect(decisionIn(withOwn)).toMatchObject({ requestId: 'callers-own', gatewayRequestId: 'gateway-2' })
  })
})

function startAt(path: string, streamId: string): object {
  return {
    resource: '/users/{userId}/streams',
    path,
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json' },
    pathParameters: null,
    requestContext: { path, stage: 'test', requestId: `gateway-${streamId}` },
    body: JSON.stringify({ streamId }),
    isBase64Encoded: false,
  }
}

function decisionIn(invocation: Invocation | undefined): unknown {
  const line = invocation?.log.find((text) => text.includes('"msg":"decision"'))
  return JSON.parse(line ?? '{}') as unknown
}
