/** The service on a real Redis that goes away and comes back, and on a policy that lets it be. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../stores/test/redis/groups.ts'
import { RedisServer } from '../../stores/test/redis/redis-server.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { startService } from './running-service.ts'

const LIMIT = 3
const CALLERS = 40

async function startOnRedis(options: { readonly workers?: number; readonly policy?: object } = {}) {
  const server = await RedisServer.start(onTestFinished, { settings: ['--appendfsync', 'always'] })
  const folder = temporaryFolder()
  const policy = join(folder, 'policy.json')
  writeFileSync(policy, JSON.stringify(options.policy ?? {}))
  const service = await startService({
    folder,
    workers: options.workers ?? 1,
    flags: ['--store', server.url, '--store-timeout-ms', '1000', '--policy', policy],
  })
  return { server, service, client: new Client(service.url) }
}

describe('a service on Redis', { timeout: 60_000 }, () => {
  it('admits exactly the limit, in two workers', async () => {
    const { client } = await startOnRedis({ workers: 2 })
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, (_, index) => client.start('42', `film-${index}`)),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(LIMIT)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(CALLERS - LIMIT)
    expect(await client.list('42')).toHaveLength(LIMIT)
  })

  it('answers 503 while Redis is away, and goes on with what it held', async () => {
    const { server, client } = await startOnRedis()
    expect(await client.start('42', 'film')).toMatchObject({ status: 201 })
    await server.signal('SIGKILL')
    for (const path of ['/users/42/streams', '/readyz']) {
      expect(await client.get(path)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    }
    expect(await client.start('42', 'other')).toMatchObject({
      status: 503,
      body: { type: '/problems/store-unavailable' },
    })
    await server.start()
    await until('it is ready', async () => (await client.get('/readyz')).status === 200)
    expect(await client.list('42')).toEqual(['film'])
  })
})

describe('a policy that lets streams run while the store is away', { timeout: 60_000 }, () => {
  it('answers with "degraded", and heartbeats take their places once the store is back', async () => {
    const { server, client } = await startOnRedis({ policy: { whenStoreFails: 'allow' } })
    await server.signal('SIGKILL')
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) {
      const answer = await client.send('POST', '/users/42/streams', { streamId: name, deviceId: 'tv' })
      expect(answer).toMatchObject({
        status: 201,
        body: { id: `${name}@tv`, limit: LIMIT, degraded: true, heartbeatSeconds: 25 },
      })
      expect(answer.headers).not.toHaveProperty('etag')
      expect(answer.headers['location']).toBe(`/users/42/streams/${name}%40tv`)
      expect(answer.body).not.toHaveProperty('active')
    }
    expect(await client.send('PUT', '/users/42/streams/a%40tv')).toMatchObject({
      status: 200,
      body: { degraded: true },
    })
    expect(await client.get('/readyz')).toMatchObject({ status: 200, text: '{"status":"degraded"}' })
    expect(await client.get('/users/42/streams')).toMatchObject({ status: 503 })
    expect(await client.send('POST', '/users/42/streams', { streamId: 7 })).toMatchObject({ status: 400 })
    const metrics = (await client.get('/metrics')).text
    expect(metrics).toContain('streamgate_decisions_total{verb="start",outcome="degraded"} 4')

    await server.start()
    await until('it is ready', async () => (await client.get('/readyz')).text.includes('"ready"'))
    const back = await Promise.all(names.map((name) => client.send('PUT', `/users/43/streams/${name}`)))
    expect(back.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      201, 201, 201, 409,
    ])
  })
})
