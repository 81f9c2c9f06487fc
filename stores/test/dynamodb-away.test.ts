/**
 * DynamoDB gone, silent, overloaded or half dead: every call rejects with its reason, within the
 * stated bound.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createServer as createSocketServer, type AddressInfo, type Server as SocketServer } from 'node:net'
import { LimiterError, type Generation, type Store, type StreamId } from '@streamgate/core'
import { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { leaseOf, stopOf, USER } from '../src/contract/specimens.ts'
import { itemByHand, type Item } from './dynalite/dynalite.ts'

const LIMITS = { requestTimeoutMs: 200, maxAttempts: 2 }
/** `maxAttempts × requestTimeoutMs + 1 s`, as the store states. */
const BOUND_MS = 1_400
/** For a busy machine. */
const GRACE_MS = 400

const BY_HAND = 'by-hand' as Generation
const NOTHING = { leases: [], notes: [] }
const CALLS: Readonly<Record<Exclude<keyof Store, 'close'>, (store: Store) => Promise<unknown>>> = {
  read: (store) => store.read(USER),
  add: (store) => store.add(USER, leaseOf('a'), { capacity: 1 }),
  renew: (store) => store.renew(USER, leaseOf('a'), { renewedAtMs: 1, expiresAtMs: 2 }),
  remove: (store) => store.remove(USER, leaseOf('a'), stopOf('a')),
  replace: (store) => store.replace(USER, { ...NOTHING, version: 0 }, NOTHING),
  erase: (store) => store.erase(USER),
  scan: (store) => store.scan({ pageSize: 1 }),
  noteFinished: (store) => store.noteFinished({ streamId: 'match' as StreamId, untilMs: 2 }, 1),
  finishedSince: (store) => store.finishedSince(),
  readShared: (store) => store.readShared('key'),
  writeShared: (store) => store.writeShared('key', 0, 'text'),
}

const opened: (Server | SocketServer)[] = []

/** The address of a server on the loopback that is closed after the test. */
async function addressOf(server: Server | SocketServer): Promise<string> {
  opened.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type Extra = { readonly headers?: Record<string, string>; readonly item?: Item }

/** A DynamoDB that gives one answer to everything, and how often it was asked. */
function answering(status: number, type: string, { headers = {}, item }: Extra = {}) {
  const asked = { times: 0 }
  const server = createServer((request, response) => {
    asked.times += 1
    request.resume()
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers })
    response.end(
      JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no', Item: item }),
    )
  })
  return { server, asked }
}

/** Makes every call at once. Returns how each failed and when. */
async function failuresOf(store: Store) {
  const startedAt = performance.now()
  return Promise.all(
    Object.values(CALLS).map(async (call) => {
      const error: unknown = await call(store).catch((reason: unknown) => reason)
      return { error, afterMs: performance.now() - startedAt }
    }),
  )
}

async function expectUnavailable(store: Store): Promise<LimiterError[]> {
  const failures = await failuresOf(store)
  await store.close()
  for (const { error, afterMs } of failures) {
    expect(error).toBeInstanceOf(LimiterError)
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', cause: expect.any(Error) })
    expect(afterMs).toBeLessThan(BOUND_MS + GRACE_MS)
  }
  return failures.map(({ error }) => error as LimiterError)
}

const makeStore = (endpoint: string) => new DynamoDbStore({ tableName: 'UserStreams', endpoint, ...LIMITS })

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'nobody')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'nothing')
  vi.stubEnv('AWS_REGION', 'eu-central-1')
})

afterEach(() => {
  vi.unstubAllEnvs()
  for (const server of opened.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  }
})

describe('a DynamoDB', () => {
  it('that is not there is STORE_UNAVAILABLE', async () => {
    const server = createServer()
    const endpoint = await addressOf(server)
    server.close()
    await once(server, 'close')
    for (const { cause } of await expectUnavailable(makeStore(endpoint))) {
      expect(cause).toMatchObject({ code: 'ECONNREFUSED' })
    }
  })

  it('that accepts and never answers is STORE_UNAVAILABLE', async () => {
    const sockets: { destroy(): void }[] = []
    const server = createSocketServer((socket) => sockets.push(socket.on('error', () => {}).resume()))
    for (const { cause } of await expectUnavailable(makeStore(await addressOf(server)))) {
      expect(cause).toMatchObject({ name: 'TimeoutError' })
    }
    expect(sockets).toHaveLength(Object.keys(CALLS).length * LIMITS.maxAttempts)
    sockets.forEach((socket) => socket.destroy())
  })

  it('that begins an answer and never ends it is STORE_UNAVAILABLE', async () => {
    let askedTimes = 0
    const server = createServer((_request, response) => {
      askedTimes += 1
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).write('{')
    })
    for (const { cause } of await expectUnavailable(makeStore(await addressOf(server)))) {
      expect(cause).toMatchObject({ name: 'TimeoutError' })
    }
    expect(askedTimes).toBe(Object.keys(CALLS).length * LIMITS.maxAttempts)
  })

  it('that answers drop by drop is STORE_UNAVAILABLE', async () => {
    const dripping: NodeJS.Timeout[] = []
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      dripping.push(setInterval(() => response.write(' '), 50))
    })
    await expectUnavailable(makeStore(await addressOf(server)))
    dripping.forEach((timer) => clearInterval(timer))
  })

  it('that throttles is asked again, and is then STORE_UNAVAILABLE', async () => {
    const { server, asked } = answering(400, 'ProvisionedThroughputExceededException')
    for (const { cause } of await expectUnavailable(makeStore(await addressOf(server)))) {
      expect(cause).toMatchObject({ name: 'ProvisionedThroughputExceededException' })
    }
    expect(asked.times).toBe(Object.keys(CALLS).length * LIMITS.maxAttempts)
  })

  it('that throttles and asks for a long wait does not extend the bound', async () => {
    const headers = { 'retry-after': '5', 'x-amz-retry-after': '5000' }
    const { server } = answering(400, 'ThrottlingException', { headers })
    await expectUnavailable(makeStore(await addressOf(server)))
  })

  it('that fails inside is asked again, and is then STORE_UNAVAILABLE', async () => {
    const { server, asked } = answering(500, 'InternalServerError')
    for (const { cause } of await expectUnavailable(makeStore(await addressOf(server)))) {
      expect(cause).toMatchObject({ name: 'InternalServerError' })
    }
    expect(asked.times).toBe(Object.keys(CALLS).length * LIMITS.maxAttempts)
  })

  it('that forbids is STORE_UNAVAILABLE at once, and is not asked again', async () => {
    const { server, asked } = answering(400, 'AccessDeniedException')
    for (const { cause } of await expectUnavailable(makeStore(await addressOf(server)))) {
      expect(cause).toMatchObject({ name: 'AccessDeniedException' })
    }
    expect(asked.times).toBe(Object.keys(CALLS).length)
  })

  it('for which there are no credentials or Region is STORE_UNAVAILABLE', async () => {
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    await expectUnavailable(makeStore('http://127.0.0.1:9'))
    vi.stubEnv('AWS_REGION', undefined)
    await expectUnavailable(new DynamoDbStore({ tableName: 'UserStreams', ...LIMITS }))
  })
})

describe('a roster that changes before every request', () => {
  it('is STORE_CONTENDED after a bounded number of them', async () => {
    const item = itemByHand(USER, ['z', 'a'])
    const { server, asked } = answering(400, 'ConditionalCheckFailedException', { item })
    const store = makeStore(await addressOf(server))
    const removal = store.remove(USER, leaseOf('a', { generation: BY_HAND }), stopOf('a'))
    await expect(removal).rejects.toMatchObject({ code: 'STORE_CONTENDED' })
    expect(asked.times).toBe(10)
    await store.close()
  })
})

describe('closing', () => {
  it('waits for calls in flight, but no longer than the bound', async () => {
    const server = createSocketServer((socket) => socket.on('error', () => {}).resume())
    const store = makeStore(await addressOf(server))
    const settled = vi.fn<() => void>()
    const call = store.read(USER).catch(settled)
    const startedAt = performance.now()
    await store.close()
    const tookMs = performance.now() - startedAt
    expect(tookMs).toBeGreaterThan(LIMITS.requestTimeoutMs)
    expect(tookMs).toBeLessThan(BOUND_MS + GRACE_MS)
    await call
    expect(settled).toHaveBeenCalledOnce()
  })
})
