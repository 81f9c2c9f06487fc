import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RestApiEvent } from '../../service/src/servers/api-gateway.ts'
import { buildBundle, type Manifest } from '../../tools/build.ts'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { runBundle } from './bundle-process.ts'

/**
 * The largest size of the bundle. Every kilobyte is read at each cold start. Forty of them are jose
 * and cbor-x, which run only for tokens.
 */
const CODE_BYTES_MAX = 480_000
const ZIP_BYTES_MAX = 172_000

describe('the Lambda bundle', () => {
  const dynalite = useDynalite()
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-bundle-'))
  let manifest: Manifest
  beforeAll(async () => {
    manifest = await buildBundle(join(folder, 'first'))
    const { 'index.mjs': code = new Uint8Array() } = unzipSync(readFileSync(join(folder, 'first/bundle.zip')))
    writeFileSync(join(folder, 'index.mjs'), code)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is the same to the byte when it is built again', async () => {
    expect(await buildBundle(join(folder, 'second'))).toEqual(manifest)
    const zips = ['first', 'second'].map((name) => readFileSync(join(folder, name, 'bundle.zip')))
    expect(zips[0]?.equals(zips[1] ?? Buffer.alloc(0))).toBe(true)
  })

  it('stays within its size, and holds nothing of the machine that built it', () => {
    expect(manifest.codeBytes).toBeLessThan(CODE_BYTES_MAX)
    expect(manifest.zipBytes).toBeLessThan(ZIP_BYTES_MAX)
    const code = readFileSync(join(folder, 'index.mjs'), 'utf8')
    expect(code).not.toContain(fileURLToPath(new URL('../..', import.meta.url)))
  })

  it('answers as the service does, on a DynamoDB table', async () => {
    const tableName = await dynalite.makeTable()
    const settings = {
      STREAMGATE_STORE: `dynamodb:${tableName}`,
      AWS_ENDPOINT_URL: dynalite.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'nobody',
      AWS_SECRET_ACCESS_KEY: 'nothing',
      STREAMGATE_STORE_TIMEOUT_MS: '10000',
    }
    const events = ['1', '2', '3', '4', '1'].map((streamId) => startEvent(streamId))
    const invocations = await runBundle(join(folder, 'index.mjs'), settings, events)
    const results = invocations.map(({ result }) => result)
    const log = invocations.flatMap((one) => one.log)
    expect(results.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 409, 200])
    expect(results[0]?.headers['location']).toBe('/test/users/123/streams/1')
    expect(JSON.parse(results[3]?.body ?? '')).toMatchObject({
      active: 3,
      streams: [{ id: '1' }, { id: '2' }, { id: '3' }],
    })
    expect(log.filter((line) => line.includes('"msg":"decision"'))).toHaveLength(events.length)
    expect(log.join('')).not.toContain('secret-of-the-caller')
  })
})

function startEvent(streamId: string): RestApiEvent {
  return {
    httpMethod: 'POST',
    path: '/users/123/streams',
    headers: { 'Content-Type': 'application/json', Authorization: 'secret-of-the-caller' },
    body: JSON.stringify({ streamId }),
    isBase64Encoded: false,
    requestContext: { path: '/test/users/123/streams' },
  }
}
