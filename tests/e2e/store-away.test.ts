/** What a service writes of a store that goes away under load and comes back. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { RedisServer } from '../../stores/test/redis/redis-server.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { startService, type LogLine, type RunningService } from './running-service.ts'
import { TracedService } from './traced-service.ts'

const PATIENCE_MS = 30_000
/** How many calls fail while the store is away. */
const FAILING = 200

/** A line about the store. */
type StoreLine = LogLine & {
  readonly failures?: number
  readonly seconds?: number
  readonly verb?: string
  readonly err?: { readonly type: string; readonly message: string; readonly stack: string }
}

describe('a DynamoDB that goes away and comes back', () => {
  const dynalite = useDynalite()

  it.each([1, 2])(
    'is one line each time in each of %i process(es), with the reason and the count',
    async (workers) => {
      const table = await dynalite.makeTable()
      const service = await startService({
        folder: temporaryFolder(),
        workers,
        flags: ['--store', `dynamodb:${table}`, '--store-timeout-ms', '1500'],
        environment: {
          AWS_ENDPOINT_URL_DYNAMODB: dynalite.endpoint,
          AWS_REGION: 'eu-central-1',
          AWS_ACCESS_KEY_ID: 'nobody',
          AWS_SECRET_ACCESS_KEY: 'nothing',
        },
      })
      const client = new Client(service.url)
      expect((await client.start('ann', 'before')).status).toBe(201)
      const { port } = dynalite
      await dynalite.stop()
      const refused = await Promise.all(
        Array.from({ length: FAILING }, (_, index) => client.start(`user-${index}`, 'meanwhile')),
      )
      expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]))
      expect((await client.get('/readyz')).status).toBe(503)

      await dynalite.start(port)
      while ((await dynalite.makeTable()) !== table);
      await vi.waitUntil(async () => (await client.start('ann', 'after')).status < 300, {
        timeout: PATIENCE_MS,
        interval: 100,
      })
      await service.untilLogged('store available again', workers)

      const away = linesOf(service, 'store unavailable')
      const back = linesOf(service, 'store available again')
      expect([away.length, back.length]).toEqual([workers, workers])
      for (const { level, err, verb } of away) {
        expect({ level, type: err?.type }).toEqual({ level: 'error', type: 'LimiterError' })
        expect(err?.message).toContain('ECONNREFUSED')
        expect(verb).toMatch(/^\w+$/)
      }
      expect(back.reduce((sum, { failures = 0 }) => sum + failures, 0)).toBeGreaterThanOrEqual(FAILING)
      for (const { seconds } of back) expect(seconds).toBeGreaterThanOrEqual(0)
      // Nothing else tells of it: no line for a request, nor for what is read again and again.
      const others = service.log.filter(({ level, msg }) => level !== 'info' && msg !== 'store unavailable')
      expect(others).toEqual([])
    },
    60_000,
  )
})

describe('a Redis that is killed and started again', () => {
  it('is one line each time, too, and spans name it', async () => {
    const server = await RedisServer.start(onTestFinished)
    const flags = ['--store', server.url, '--store-timeout-ms', '1000']
    const traced = await TracedService.start({ flags })
    const { service } = traced
    const client = new Client(service.url)
    expect((await client.start('ann', 'before')).status).toBe(201)
    await server.signal('SIGKILL')
    await Promise.all(
      Array.from({ length: FAILING }, (_, index) => client.start(`user-${index}`, 'meanwhile')),
    )
    await server.start()
    await vi.waitUntil(async () => (await client.start('ann', 'after')).status < 300, {
      timeout: PATIENCE_MS,
      interval: 100,
    })
    await service.untilLogged('store available again')
    const [back, ...others] = linesOf(service, 'store available again')
    expect(others).toEqual([])
    expect(back?.failures).toBeGreaterThanOrEqual(FAILING)
    expect(service.log.filter(({ level }) => level === 'error').map(({ msg }) => msg)).toEqual([
      'store unavailable',
    ])
    const calls = traced.spans.filter(({ attributes }) => attributes['db.operation.name'] === 'add')
    expect(new Set(calls.map(({ attributes }) => attributes['db.system.name']))).toEqual(new Set(['redis']))
  }, 60_000)
})

function linesOf(service: RunningService, message: string): readonly StoreLine[] {
  return service.logged(message)
}
