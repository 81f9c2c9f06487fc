import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayResult, RestApiEvent } from '../../service/src/lambda-event.ts'
import { buildBundle, type Manifest } from '../../tools/build.ts'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'

/** Lambda starts Node 22 with these. */
const LAMBDA_FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module']
/** What the bundle may weigh: every kilobyte is read and compiled at each cold start. */
const CODE_BYTES_MAX = 650_000
const ZIP_BYTES_MAX = 220_000

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

  it('keeps to its weight, and holds nothing of the machine it was built on', () => {
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
    const { results, log } = await runBundle(join(folder, 'index.mjs'), settings, events)
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

type Run = { readonly results: readonly GatewayResult[]; readonly log: readonly string[] }

function runBundle(code: string, env: Record<string, string>, events: readonly unknown[]): Promise<Run> {
  const program = fileURLToPath(new URL('run-bundle.ts', import.meta.url))
  const child = spawn(process.execPath, [...LAMBDA_FLAGS, program, code], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8')
  })
  child.stdin.end(JSON.stringify(events))
  return new Promise((resolve) => {
    child.once('exit', () => {
      const lines = output.split('\n').filter(Boolean)
      const answered = lines.find((line) => line.startsWith('results:')) ?? 'results:[]'
      const results = JSON.parse(answered.slice('results:'.length)) as GatewayResult[]
      resolve({ results, log: lines.filter((line) => line !== answered) })
    })
  })
}
