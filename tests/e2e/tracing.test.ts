/** The spans of real services, as the SDK of OpenTelemetry gets them. */
import { randomBytes } from 'node:crypto'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { run } from './command.ts'
import { holdWriteLock } from './neighbour.ts'
import { startService } from './running-service.ts'
import { TracedService } from './traced-service.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER_ID = '00f067aa0ba902b7'
const START = { body: { streamId: 'film' } }

describe('a start', () => {
  it('is a span below that of its caller, with a span for each call to the store', async () => {
    const traced = await TracedService.start()
    const headers = { traceparent: `00-${TRACE_ID}-${CALLER_ID}-01`, tracestate: 'vendor=1' }
    expect(await traced.send('POST', '/users/ann/streams', { headers, ...START })).toBe(201)
    const [span, ...others] = await traced.requests()
    expect(others).toEqual([])
    expect(span).toMatchObject({
      scope: 'streamgate',
      name: 'POST /users/{userId}/streams',
      traceId: TRACE_ID,
      parentId: CALLER_ID,
      traceState: 'vendor=1',
      status: { code: SpanStatusCode.UNSET },
    })
    expect(span?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/users/{userId}/streams',
      'http.response.status_code': 201,
      'url.scheme': 'http',
      'streamgate.outcome': 'admitted',
      'streamgate.plan': 'standard',
    })
    const calls = span === undefined ? [] : traced.below(span)
    expect(calls).toMatchObject([{ name: 'add', kind: SpanKind.INTERNAL, traceId: TRACE_ID }])
    expect(calls[0]?.attributes).toEqual({ 'db.system.name': 'lmdb', 'db.operation.name': 'add' })
  })

  it('that is denied is no error, and has the outcome', async () => {
    const policy = JSON.stringify({ defaultPlan: 'solo', plans: { solo: { limits: [{ max: 1 }] } } })
    const traced = await TracedService.start({ flags: ['--policy', policy] })
    await traced.send('POST', '/users/ann/streams', START)
    expect(await traced.send('POST', '/users/ann/streams', { body: { streamId: 'match' } })).toBe(409)
    const [, span] = await traced.requests(2)
    expect(span?.status).toEqual({ code: SpanStatusCode.UNSET })
    expect(span?.attributes).toMatchObject({
      'http.response.status_code': 409,
      'streamgate.outcome': 'denied',
      'streamgate.plan': 'solo',
    })
  })

  it('without a caller’s span begins a trace, and is not recorded if the caller’s is not', async () => {
    const traced = await TracedService.start()
    const headers = { traceparent: `00-${TRACE_ID}-${CALLER_ID}-00` }
    await traced.send('POST', '/users/ann/streams', { headers, ...START })
    await traced.send('POST', '/users/bob/streams', { headers: { traceparent: 'nonsense' }, ...START })
    const spans = await traced.requests(1)
    expect(spans).toHaveLength(1)
    expect(spans[0]?.parentId).toBeUndefined()
    expect(traced.spans.map(({ traceId }) => traceId)).not.toContain(TRACE_ID)
  })
})

describe('each request', () => {
  it('has its span, named by the method and the route', async () => {
    const traced = await TracedService.start()
    const calls: readonly (readonly [string, string, string])[] = [
      ['HEAD', '/livez', 'HEAD /livez'],
      ['GET', '/nothing', 'GET'],
      ['PATCH', '/users/ann/streams', 'PATCH'],
      ['PROPFIND', '/livez', 'HTTP'],
      ['PUT', '/users/ann/streams/a', 'PUT /users/{userId}/streams/{id}'],
      ['DELETE', '/users/ann/streams/a?by=operator', 'DELETE /users/{userId}/streams/{id}'],
    ]
    for (const [method, path] of calls) await traced.send(method, path)
    const spans = await traced.requests(calls.length)
    expect(spans.map(({ name }) => name)).toEqual(calls.map(([, , name]) => name))
    expect(spans[3]?.attributes).toMatchObject({ 'http.request.method': '_OTHER' })
  })

  it('keeps its own calls to the store, though many are answered at once', async () => {
    const traced = await TracedService.start()
    const callers = Array.from({ length: 300 }, () => randomBytes(16).toString('hex'))
    await Promise.all(
      callers.map((traceId, user) => {
        const headers = { traceparent: `00-${traceId}-${CALLER_ID}-01` }
        return traced.send('POST', `/users/user-${user % 50}/streams`, {
          headers,
          body: { streamId: `s${user}` },
        })
      }),
    )
    const spans = await traced.requests(callers.length)
    expect(spans.map(({ traceId }) => traceId).toSorted()).toEqual(callers.toSorted())
    for (const span of spans) {
      expect(span.parentId).toBe(CALLER_ID)
      const below = traced.below(span)
      expect(below.length).toBeGreaterThan(0)
      expect(new Set(below.map(({ traceId }) => traceId))).toEqual(new Set([span.traceId]))
    }
  })

  it('tells no id', async () => {
    const traced = await TracedService.start()
    const mark = 'WHOAMI'
    const body = {
      streamId: mark,
      deviceId: mark,
      contentId: mark,
      label: mark,
      attributes: { profile: mark },
    }
    const calls = [
      await traced.send('POST', `/users/${mark}/streams`, { body, headers: { 'x-request-id': mark } }),
      await traced.send('PUT', `/users/${mark}/streams/${mark}@${mark}`),
      await traced.send('GET', `/users/${mark}/streams?after=${mark}`),
      await traced.send('POST', `/users/${mark}/streams`, { body: { ...body, plan: mark } }),
      await traced.send('POST', `/users/${mark}/cmcd`, { body: `e=ps,sid="${mark}",ts=1,sta=p` }),
      await traced.send('GET', `/${mark}`),
      await traced.send('DELETE', `/users/${mark}`),
    ]
    await traced.requests(calls.length)
    expect(traced.written).not.toContain(mark)
  })

  it('has no span for what the service does by itself', async () => {
    const traced = await TracedService.start({ flags: ['--sweep-minutes', '0.001'] })
    await traced.service.untilLogged('swept', 3)
    await traced.send('GET', '/readyz')
    const [probe] = await traced.requests()
    expect(traced.spans.filter((span) => span.parentId !== probe?.spanId)).toEqual([probe])
  })
})

describe('a store that does not answer', () => {
  it('makes an error of both spans, with the kind of failure', async () => {
    const folder = temporaryFolder()
    const traced = await TracedService.start({ folder, flags: ['--store-timeout-ms', '200'] })
    await holdWriteLock(folder)
    expect(await traced.send('POST', '/users/ann/streams', START)).toBe(503)
    const [span] = await traced.requests()
    const failed = { status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': 'STORE_TIMED_OUT' } }
    expect(span).toMatchObject(failed)
    expect(span && traced.below(span)).toMatchObject([failed])
  })
})

describe('several workers', () => {
  it('each load the SDK', async () => {
    const traced = await TracedService.start({ workers: 2 })
    const users = Array.from({ length: 40 }, (_, user) => `user-${user}`)
    await Promise.all(users.map((user) => traced.send('POST', `/users/${user}/streams`, START)))
    const spans = await traced.requests(users.length)
    expect(new Set(spans.map(({ pid }) => pid)).size).toBe(2)
    for (const span of spans) expect(traced.below(span)).toHaveLength(1)
  })
})

describe('DynamoDB', () => {
  const dynalite = useDynalite()

  it('is a client’s call, by the name of the semantic conventions', async () => {
    const traced = await TracedService.start({
      flags: ['--store', `dynamodb:${await dynalite.makeTable()}`],
      environment: {
        AWS_ENDPOINT_URL_DYNAMODB: dynalite.endpoint,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'nobody',
        AWS_SECRET_ACCESS_KEY: 'nothing',
      },
    })
    expect(await traced.send('POST', '/users/ann/streams', START)).toBe(201)
    const [span] = await traced.requests()
    const attributes = { 'db.system.name': 'aws.dynamodb', 'db.operation.name': 'add' }
    expect(span && traced.below(span)).toMatchObject([{ kind: SpanKind.CLIENT, attributes }])
  })
})

describe('spans that the SDK still holds at SIGTERM', () => {
  it.each([1, 2])('are exported if it shuts down before the exit, with %i process(es)', async (workers) => {
    const flags = ['--drain-seconds', '0']
    const traced = await TracedService.start({ workers, flags, environment: { BATCHED: 'yes' } })
    await traced.send('POST', '/users/ann/streams', START)
    expect(traced.written).toBe('')
    traced.service.signal('SIGTERM')
    expect(await traced.service.exitWithin(10_000)).toEqual({ code: 0, signal: null })
    expect(await traced.requests()).toHaveLength(1)
  })
})

describe('tracing', () => {
  it('is off by default, though the SDK is there', async () => {
    const traced = await TracedService.start({ flags: ['--tracing', 'off'] })
    await traced.send('POST', '/users/ann/streams', START)
    traced.service.signal('SIGTERM')
    await traced.service.exitWithin(10_000)
    expect(traced.written).toBe('')
  })

  it('says so if no SDK is registered, and serves', async () => {
    const service = await startService({ folder: temporaryFolder(), flags: ['--tracing', 'on'] })
    const [line] = service.log.filter(({ level }) => level === 'warn')
    expect(line?.msg).toMatch(/^tracing is on, but no SDK/)
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
  })

  it('says what to install if the API is missing', async () => {
    const settings = ['serve', '--port', '0', '--store', 'memory:', '--tracing', 'on']
    const { code, stderr } = await run(settings, { NODE_OPTIONS: `--import ${WITHOUT_API}` })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'streamgate: --tracing on needs the package @opentelemetry/api: npm install @opentelemetry/api\n',
    })
  })
})

/** Makes the package look as if it was not installed beside the service. */
const WITHOUT_API = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    resolve: (specifier, context, next) => {
      const isHidden = specifier === '@opentelemetry/api' && context.parentURL?.includes('/service/src/')
      return next(isHidden ? '@opentelemetry/api-that-is-missing' : specifier, context)
    },
  })
`)}`
