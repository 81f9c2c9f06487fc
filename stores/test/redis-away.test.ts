/**
 * Redis gone, silent, full, read-only or locked: every call fails within its bound and says why,
 * and the store heals by itself.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { LimiterError, type Store, type StreamId } from '@streamgate/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { leaseOf, stopOf, USER } from '../src/contract/specimens.ts'
import { makeCertificates } from './redis/certificates.ts'
import { until } from './redis/groups.ts'
import { RedisServer } from './redis/redis-server.ts'
import { redisStoreAt } from './redis/use-redis.ts'

const LIMIT_MS = 300
/** For a busy machine. */
const GRACE_MS = 1500

const CALLS: Readonly<Record<Exclude<keyof Store, 'close'>, (store: Store) => Promise<unknown>>> = {
  read: (store) => store.read(USER),
  add: (store) => store.add(USER, leaseOf('b'), { capacity: 9 }),
  renew: (store) => store.renew(USER, leaseOf('a'), { renewedAtMs: 1, expiresAtMs: 2 }),
  remove: (store) => store.remove(USER, leaseOf('a'), stopOf('a')),
  replace: async (store) =>
    store.replace(USER, { leases: [], notes: [], version: 7 }, { leases: [], notes: [] }),
  erase: (store) => store.erase(USER),
  scan: (store) => store.scan({ pageSize: 1 }),
  noteFinished: (store) => store.noteFinished({ streamId: 'match' as StreamId, untilMs: 2 }, 1),
  finishedSince: (store) => store.finishedSince(),
  readShared: (store) => store.readShared('key'),
  writeShared: (store) => store.writeShared('key', 0, 'text'),
}
const WRITES = ['add', 'noteFinished', 'writeShared'] as const

/** Makes the calls at once. Returns how each failed. All must fail within the bound. */
async function failuresOf(store: Store, names: readonly (keyof typeof CALLS)[]): Promise<LimiterError[]> {
  return Promise.all(
    names.map(async (name) => {
      const startedAt = performance.now()
      const error: unknown = await CALLS[name](store).catch((reason: unknown) => reason)
      expect(error, name).toBeInstanceOf(LimiterError)
      expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS + GRACE_MS)
      return error as LimiterError
    }),
  )
}

async function started(settings: readonly string[] = []) {
  const server = await RedisServer.start(onTestFinished, { settings })
  const store = redisStoreAt(`${server.url}?requestTimeoutMs=${LIMIT_MS}`)
  onTestFinished(() => store.close())
  await store.add(USER, leaseOf('a'), { capacity: 9 })
  return { server, store }
}

/** The store answers again by itself, and what it held is there. */
async function expectHealed(store: Store): Promise<void> {
  await until('the store answers', async () => (await store.read(USER)).leases.length > 0)
  expect((await store.add(USER, leaseOf('after'), { capacity: 9 })).done).toBe(true)
}

const ALL = Object.keys(CALLS) as (keyof typeof CALLS)[]

describe('a Redis', { timeout: 60_000 }, () => {
  it('that was killed fails at once and comes back with what was acknowledged', async () => {
    const { server, store } = await started(['--appendfsync', 'always'])
    await server.signal('SIGKILL')
    for (const { code, cause } of await failuresOf(store, ALL)) {
      expect(code).toBe('STORE_UNAVAILABLE')
      expect(cause).toBeInstanceOf(Error)
    }
    await pause(LIMIT_MS)
    const startedAt = performance.now()
    await failuresOf(store, ALL)
    // It has been away for longer than the limit, so that no call waits any more.
    expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS)
    await server.start()
    await expectHealed(store)
  })

  it('that is stopped by SIGSTOP times out, and goes on after SIGCONT', async () => {
    const { server, store } = await started()
    await server.signal('SIGSTOP')
    for (const { code } of await failuresOf(store, ALL)) expect(code).toBe('STORE_TIMED_OUT')
    await pause(3 * LIMIT_MS)
    for (const { code } of await failuresOf(store, ALL)) {
      expect(['STORE_TIMED_OUT', 'STORE_UNAVAILABLE']).toContain(code)
    }
    await server.signal('SIGCONT')
    await until('the store answers', async () => (await store.read(USER)) !== undefined)
  })

  it('that was never there is unavailable, and is used once it comes', async () => {
    const { server } = await started()
    await server.signal('SIGKILL')
    const store = redisStoreAt(`${server.url}?requestTimeoutMs=${LIMIT_MS}`)
    onTestFinished(() => store.close())
    for (const { cause } of await failuresOf(store, ['read', 'add'])) {
      expect(cause).toMatchObject({ code: 'ECONNREFUSED' })
    }
    await server.start()
    await until('the store answers', async () => (await store.read(USER)) !== undefined)
  })

  it.each([
    {
      what: 'cannot save',
      reply: 'MISCONF',
      settings: ['--appendonly', 'no', '--enable-protected-configs', 'yes'],
      commands: ['CONFIG SET dir /proc', 'CONFIG SET save 1_1', 'BGSAVE'],
      remedy: 'CONFIG SET save _',
    },
    {
      what: 'is full',
      reply: 'OOM',
      settings: [],
      commands: ['CONFIG SET maxmemory 1'],
      remedy: 'CONFIG SET maxmemory 0',
    },
    {
      what: 'is a replica',
      reply: 'READONLY',
      settings: [],
      commands: ['REPLICAOF 127.0.0.1 1'],
      remedy: 'REPLICAOF NO ONE',
    },
  ])('that $what refuses writes with $reply, and takes them later', async ({ reply, ...made }) => {
    const { server, store } = await started(made.settings)
    for (const command of made.commands) await call(server, command).catch(() => {})
    await until(`it says ${reply}`, async () => {
      const text = await server.admin.set('probe', '1').catch(({ message }: Error) => message)
      return text.startsWith(reply)
    })
    for (const { code, cause } of await failuresOf(store, WRITES)) {
      expect(code).toBe('STORE_UNAVAILABLE')
      if (cause instanceof Error) expect(cause.message).toContain(reply)
    }
    await call(server, made.remedy)
    await expectHealed(store)
  })

  it('whose scripts were flushed gets them again, and no call fails', async () => {
    const { server, store } = await started()
    for (let round = 0; round < 20; round += 1) {
      const calls = Array.from({ length: 8 }, (_, index) =>
        store.add(USER, leaseOf(`${round}-${index}`), { capacity: 1000 }),
      )
      await server.admin.script('FLUSH')
      for (const { done } of await Promise.all(calls)) expect(done).toBe(true)
    }
    expect((await store.read(USER)).leases).toHaveLength(161)
  })

  it('that wants another password is unavailable, and is used once it is right', async () => {
    const { server } = await started()
    await server.admin.config('SET', 'requirepass', 'right')
    const url = `redis://:wrong@127.0.0.1:${server.port}?requestTimeoutMs=${LIMIT_MS}`
    const warnings: string[] = []
    const store = redisStoreAt(url, { warn: (message) => warnings.push(message) })
    onTestFinished(() => store.close())
    await store.inspect()
    expect(warnings.join()).toMatch(/^Redis does not answer yet: WRONGPASS/)
    for (const { cause } of await failuresOf(store, ALL)) {
      expect((cause as Error).message).toContain('WRONGPASS')
      expect((cause as Error).message).not.toContain('wrong')
    }
    await server.admin.auth('right')
    await server.admin.config('SET', 'requirepass', 'wrong')
    await until('the store answers', async () => (await store.read(USER)) !== undefined)
  })

  it('that loads its data says so, and is used once it has', async () => {
    const { server, store } = await started([
      '--key-load-delay',
      '20',
      '--loading-process-events-interval-bytes',
      '1024',
    ])
    const fill = server.admin.pipeline()
    for (let index = 0; index < 20_000; index += 1) fill.set(`filler-${index}`, 'x'.repeat(50))
    await fill.exec()
    await server.signal('SIGKILL')
    const isBack = server.start()
    for (const { code } of await failuresOf(store, ALL)) {
      expect(['STORE_UNAVAILABLE', 'STORE_TIMED_OUT']).toContain(code)
    }
    await server.admin.config('SET', 'key-load-delay', '0')
    await isBack
    await until('the store answers', async () => (await store.read(USER)).leases.length > 0)
  })

  it('over TLS is used with the right authority, and unavailable with another', async () => {
    const { certificate, key, other } = makeCertificates()
    const server = await RedisServer.start(onTestFinished, {
      settings: [
        '--tls-cert-file',
        certificate,
        '--tls-key-file',
        key,
        '--tls-auth-clients',
        'no',
        '--tls-ca-cert-file',
        certificate,
      ],
      access: { isTls: true },
    })
    const at = (ca: string) =>
      redisStoreAt(
        `rediss://127.0.0.1:${server.port}?requestTimeoutMs=${LIMIT_MS}&ca=${encodeURIComponent(ca)}`,
      )
    const [store, wary] = [at(certificate), at(other)]
    onTestFinished(() => Promise.all([store.close(), wary.close()]).then(() => {}))
    expect((await store.add(USER, leaseOf('a'), { capacity: 1 })).done).toBe(true)
    for (const { cause } of await failuresOf(wary, ALL)) {
      expect(cause).toMatchObject({ code: expect.stringMatching(/CERT|SIGNATURE|ISSUER/) })
    }
    expect(() => at('/no/such/file')).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }))
  })
})

function call(server: RedisServer, command: string): Promise<unknown> {
  const [name = '', ...args] = command
    .split(' ')
    .map((word) => (word === '_' ? '' : word.replaceAll('_', ' ')))
  return server.admin.call(name, ...args)
}
