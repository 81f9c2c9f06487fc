import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayEvent } from '../../service/src/servers/api-gateway.ts'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { buildBundle } from '../../tools/build.ts'
import { FUNCTION_NAME, runBundle, type Invocation } from './bundle-process.ts'
import { assertMetricLine, isMetricLine, type MetricLine } from './embedded-metric-format.ts'

/** What callers send and no log may show. All of these begin alike. */
const SECRET = 'secret-of-the-caller'
const SECRET_HEADERS = {
  Authorization: `Bearer ${SECRET}-1`,
  'x-api-key': `${SECRET}-2`,
  Cookie: `session=${SECRET}-3`,
  'X-Forwarded-For': `${SECRET}-4`,
}
/** An address at which no server listens. */
const DEAD_ENDPOINT = 'http://127.0.0.1:9'

describe('what the Lambda writes', () => {
  const dynalite = useDynalite()
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-logs-'))
  const code = join(folder, 'index.mjs')
  beforeAll(async () => {
    await buildBundle(folder)
    writeFileSync(code, unzipSync(readFileSync(join(folder, 'bundle.zip')))['index.mjs'] ?? '')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function run(
    events: readonly GatewayEvent[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<readonly Invocation[]> {
    const settings = {
      STREAMGATE_STORE: `dynamodb:${await dynalite.makeTable()}`,
      STREAMGATE_STORE_TIMEOUT_MS: '10000',
      AWS_ENDPOINT_URL: dynalite.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'nobody',
      AWS_SECRET_ACCESS_KEY: 'nothing',
    }
    return runBundle(code, { ...settings, ...more }, events)
  }

  it('is one line of metrics for each invocation, before its answer', async () => {
    const starts = ['1', '2', '3', '4', '1'].map((id) => restEvent(start(id)))
    const invocations = await run([...starts, restEvent({ method: 'GET', path: '/livez' })])
    expect(invocations.map(({ result }) => result.statusCode)).toEqual([201, 201, 201, 409, 200, 200])
    const lines = invocations.map(metricLineOf)
    expect(lines.map(({ Faults }) => Faults)).toEqual([0, 0, 0, 0, 0, 0])
    const counted = ['Admitted', 'Renewed', 'Denied', 'Evicted'] as const
    expect(lines.map((line) => counted.filter((name) => line[name] === 1))).toEqual([
      ['Admitted'],
      ['Admitted'],
      ['Admitted'],
      ['Denied'],
      ['Renewed'],
      [],
    ])
    const someTimes = expect.arrayContaining([expect.any(Number)]) as unknown
    for (const line of lines) {
      expect(line).toMatchObject({ FunctionName: FUNCTION_NAME, RequestTime: [expect.any(Number)] })
    }
    for (const line of lines.slice(0, starts.length)) expect(line).toMatchObject({ StoreTime: someTimes })
  })

  it('calls it a fault if the store does not answer', async () => {
    const [invocation] = await run([restEvent(start('1'))], { AWS_ENDPOINT_URL: DEAD_ENDPOINT })
    expect(invocation?.result.statusCode).toBe(503)
    expect(invocation && metricLineOf(invocation)).toMatchObject({ Faults: 1 })
  })

  it('has no metrics if they are off, and /metrics says so', async () => {
    const scrape = restEvent({ method: 'GET', path: '/metrics' })
    const invocations = await run([restEvent(start('1')), scrape], { STREAMGATE_METRICS: 'off' })
    expect(invocations.map(({ result }) => result.statusCode)).toEqual([201, 404])
    expect(invocations.flatMap(({ log }) => log).filter(isMetricLine)).toEqual([])
  })

  it('has the metrics even if the log is silent', async () => {
    const [invocation] = await run([restEvent(start('1'))], { STREAMGATE_LOG_LEVEL: 'silent' })
    expect(invocation?.log).toHaveLength(1)
    expect(invocation && metricLineOf(invocation)).toMatchObject({ Admitted: 1 })
  })

  it.each([
    ['REST', restEvent],
    ['HTTP', httpEvent],
  ] as const)('contains no confidential data of callers of %s APIs', async (_kind, eventOf) => {
    const events = [
      ...['1', '2', '3', '4'].map((id) => eventOf(start(id))),
      eventOf({ ...start('5'), body: `{"streamId": "${SECRET}-broken` }),
      eventOf({ ...start('6'), body: JSON.stringify({ streamId: '6', plan: `${SECRET}-plan` }) }),
      eventOf({ method: 'GET', path: '/nowhere' }),
    ]
    const answered = await run(events)
    const refused = await run(events, { AWS_ENDPOINT_URL: DEAD_ENDPOINT, STREAMGATE_LOG_LEVEL: 'trace' })
    expect(answered.map(({ result }) => result.statusCode)).toEqual([201, 201, 201, 409, 400, 400, 404])
    expect(refused.map(({ result }) => result.statusCode)).toEqual([503, 503, 503, 503, 400, 400, 404])
    const log = [...answered, ...refused].flatMap((invocation) => invocation.log)
    expect(log.filter((line) => line.includes('"msg":"decision"'))).toHaveLength(4)
    expect(log.filter((line) => line.includes('"msg":"failure"'))).toHaveLength(4)
    expect(log.filter((line) => line.includes(SECRET))).toEqual([])
  })
})

type Sent = { readonly method: string; readonly path: string; readonly body?: string }

function start(streamId: string): Sent {
  const body = JSON.stringify({ streamId, label: `${SECRET}-label`, unknown: `${SECRET}-unknown` })
  return { method: 'POST', path: '/users/123/streams', body }
}

function restEvent({ method, path, body }: Sent): GatewayEvent {
  return {
    httpMethod: method,
    path,
    headers: { 'Content-Type': 'application/json', ...SECRET_HEADERS },
    body: body ?? null,
    isBase64Encoded: false,
    requestContext: { path: `/test${path}` },
  }
}

function httpEvent({ method, path, body }: Sent): GatewayEvent {
  const event = {
    version: '2.0' as const,
    routeKey: '$default',
    rawPath: `/test${path}`,
    rawQueryString: `token=${SECRET}-5`,
    cookies: [`session=${SECRET}-6`],
    headers: { 'content-type': 'application/json', ...SECRET_HEADERS },
    isBase64Encoded: false,
    requestContext: { http: { method }, stage: 'test' },
  }
  return body === undefined ? event : { ...event, body }
}

/** The one line of metrics that an invocation wrote. */
function metricLineOf({ log }: Invocation): MetricLine {
  const [line = '{}', ...more] = log.filter(isMetricLine)
  expect(more).toEqual([])
  return assertMetricLine(line)
}
