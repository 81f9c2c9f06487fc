/**
 * Requests that are made to be misunderstood: two lengths, names of JavaScript's own members, texts
 * on which a careless pattern takes hours.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { Client } from './client.ts'
import { Connection, requestText } from './connection.ts'
import { startService, type RunningService } from './running-service.ts'
import { atEndOfTests, temporaryFolder } from '../../stores/test/temporary-folder.ts'

const POLICY = JSON.stringify({
  defaultPlan: 'one',
  plans: {
    one: { limits: [{ max: 1 }, { max: 1, distinct: 'network' }] },
    many: { limits: [{ max: 100 }] },
  },
  tenants: { brand: { plans: { one: { limits: [{ max: 1 }] } } } },
  pools: { match: { max: 9, where: { contentId: 'match' } } },
})

/** What a request that is carried out by mistake would start. */
const SMUGGLED =
  'POST /users/smuggler/streams HTTP/1.1\r\nhost: x\r\ncontent-length: 16\r\n\r\n{"streamId":"s"}'

/** Far longer than any of these requests takes, and far shorter than a bad pattern. */
const SLOW_MS = 2000

const atEnd = atEndOfTests()
let service: RunningService
let client: Client
beforeAll(async () => {
  const flags = ['--policy', POLICY, '--trusted-proxies', '127.0.0.0/8']
  service = await startService({ folder: temporaryFolder(atEnd), flags }, atEnd)
  client = new Client(service.url)
}, 30_000)

describe('a request whose end is in doubt', () => {
  const head = 'POST /users/victim/streams HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
  const body = '{"streamId":"a"}'
  it.each<[string, string]>([
    ['a length and chunks', `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunks and a length', `${head}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${head}content-length: 16\r\ncontent-length: 0\r\n\r\n${body}`],
    ['two lengths in one line', `${head}content-length: 16, 0\r\n\r\n${body}`],
    ['a length with a sign', `${head}content-length: +16\r\n\r\n${body}`],
    ['a negative length', `${head}content-length: -1\r\n\r\n${body}`],
    ['a length in hexadecimal', `${head}content-length: 0x10\r\n\r\n${body}`],
    ['a length that overflows', `${head}content-length: 18446744073709551632\r\n\r\n${body}`],
    ['a blank before the colon', `${head}content-length : 16\r\n\r\n${body}`],
    ['chunks under another name', `${head}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['chunks that are not last', `${head}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['a chunk without a size', `${head}transfer-encoding: chunked\r\n\r\nx\r\n\r\n`],
    ['a chunk longer than it says', `${head}transfer-encoding: chunked\r\n\r\n1\r\n${body}\r\n0\r\n\r\n`],
    ['a folded header', `${head}x-a: b\r\n\tcontent-length: 5\r\ncontent-length : 1\r\n\r\n${body}`],
    ['a NUL in a header', `${head}x-a: b\0c\r\ncontent-length: 16\r\n\r\n${body}`],
    ['a carriage return in a header', `${head}x-a: b\rcontent-length: 5\r\n\r\n`],
  ])('by %s is refused, and what follows is not carried out', async (_, text) => {
    const connection = await Connection.open(service.url)
    connection.socket.write(text + SMUGGLED)
    expect((await connection.answer()).status).toBe(400)
    await expect(connection.answer()).rejects.toThrow(/^No answer: it was/)
    for (const user of ['smuggler', 'victim']) {
      expect((await client.get(`/users/${user}/streams`)).body).toMatchObject({ active: 0 })
    }
  })
})

it('TRACE, which would show a request’s own headers, is a 405', async () => {
  const { status, body } = await send('TRACE', '/livez', '')
  expect(status).toBe(405)
  expect(body).not.toContain('content-length')
})

describe('a request that is too much', () => {
  it.each<[string, string]>([
    ['a long header', `GET /livez HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['many headers', `GET /livez HTTP/1.1\r\nhost: x\r\n${'x-a: b\r\n'.repeat(5000)}\r\n`],
    ['a long target', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
  ])('%s is a 431', async (_, text) => {
    const connection = await Connection.open(service.url)
    connection.socket.write(text)
    expect((await connection.answer()).status).toBe(431)
  })

  it.each<[string, string]>([
    ['lists', `{"streamId":"a","attributes":${'['.repeat(4000)}${']'.repeat(4000)}}`],
    ['objects', `{"streamId":"a","attributes":${'{"a":'.repeat(1300)}1${'}'.repeat(1300)}}`],
    ['lists that do not end', '['.repeat(8000)],
  ])('%s in each other are a 400', async (_, text) => {
    expect((await send('POST', '/users/deep/streams', text)).status).toBe(400)
  })
})

describe('names of members that every object has', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf']

  it('name no plan, tenant, pool or problem', async () => {
    for (const name of NAMES) {
      const start = { streamId: 'a' }
      const answers = [
        await client.send('POST', '/users/p/streams', { ...start, plan: name }),
        await client.send('POST', '/users/p/streams', { ...start, tenant: name }),
        await client.get(`/pools/${name}`),
        await client.get(`/pools/match:${name}`),
        await client.get(`/problems/${name}`),
        await client.get(`/${name}`),
      ]
      expect([name, ...answers.map(({ status }) => status)]).toEqual([name, 400, 400, 404, 404, 404, 404])
    }
  })

  it('change nothing for anybody, wherever a body has them', async () => {
    const values = ['{"plan":"many","polluted":"yes"}', '"many"', 'null', '[]']
    for (const name of NAMES) {
      for (const value of values) {
        await send('POST', '/users/polluter/streams', `{"streamId":"a","${name}":${value}}`)
        await send('POST', '/users/polluter/streams', `{"streamId":"b","attributes":{"${name}":${value}}}`)
        await send('PUT', '/users/polluter/streams/a', `{"${name}":${value}}`)
      }
      await client.send('DELETE', '/users/polluter')
    }
    const { body } = await client.start('clean', 'film')
    expect(body).toMatchObject({ limit: 1, active: 1 })
    expect(body).not.toHaveProperty('polluted')
    expect(body).not.toHaveProperty('attributes')
    expect((await client.start('clean', 'another')).status).toBe(409)
  })

  it('are attributes like others, if their form is that of a name', async () => {
    const { status, body } = await send(
      'POST',
      '/users/own/streams',
      '{"streamId":"a","attributes":{"constructor":"x","toString":"y"}}',
    )
    expect([status, JSON.parse(body).attributes]).toEqual([201, { constructor: 'x', toString: 'y' }])
    const refused = await send(
      'POST',
      '/users/own/streams',
      '{"streamId":"b","attributes":{"__proto__":"x"}}',
    )
    expect(refused.status).toBe(400)
  })

  it('are users and streams like others', async () => {
    for (const name of NAMES) {
      expect((await client.start(name, name)).status).toBe(201)
      expect((await client.start(name, 'another')).status).toBe(409)
      expect((await client.stop(name, name)).status).toBe(204)
    }
  })
})

describe('a text on which a careless pattern takes long', () => {
  const LONG = 7000
  const HEADERS: Readonly<Record<string, string>> = {
    'backslashes in Forwarded': `forwarded: for="${'\\'.repeat(LONG)}"`,
    'quotes in Forwarded': `forwarded: ${'"\\'.repeat(LONG / 2)}`,
    'elements of Forwarded': `forwarded: ${'for=127.0.0.1;,'.repeat(LONG / 15)}`,
    'proxies in X-Forwarded-For': `x-forwarded-for: ${'127.0.0.1, '.repeat(LONG / 11)}`,
    'colons in X-Forwarded-For': `x-forwarded-for: ${':'.repeat(LONG)}`,
    'digits in X-Forwarded-For': `x-forwarded-for: ${'1'.repeat(LONG)}:`,
    'blanks in If-Match': `if-match: ${' \t'.repeat(LONG / 2)}x`,
    'quotes in If-Match': `if-match: ${'"'.repeat(LONG)}`,
    'tags in If-Match': `if-match: ${'W/"a",'.repeat(LONG / 6)}`,
    'blanks in Content-Type': `content-type: application/json${' ;'.repeat(LONG / 2)}`,
    'a long suffix of Content-Type': `content-type: application/${'+'.repeat(LONG)}json`,
    'an Origin': `origin: https://${'a.'.repeat(LONG / 2)}`,
    'a Traceparent': `traceparent: ${'0-'.repeat(LONG / 2)}`,
    'an id of a request': `x-request-id: ${' -'.repeat(LONG / 2)}x`,
  }
  it.each(Object.entries(HEADERS))('such as %s is answered at once', async (_, line) => {
    await answeredSoon(requestOf('POST /users/redos/streams', line, '{"streamId":"a"}'))
    await answeredSoon(requestOf('PUT /users/redos/streams/a', line))
  })

  it.each<[string, string]>([
    ['percent signs', `/users/${'%'.repeat(LONG)}/streams`],
    ['encoded slashes', `/users/${'%2f'.repeat(LONG / 3)}/streams`],
    ['slashes', `/${'/'.repeat(LONG)}users`],
    ['members of a query', `/users/a/streams?${'limit=1&'.repeat(LONG / 8)}`],
    ['dots', `/users/${'../'.repeat(LONG / 3)}streams`],
  ])('such as %s in a target is answered at once', async (_, path) => {
    await answeredSoon(requestOf(`GET ${path}`, 'accept: */*'))
  })

  it.each<[string, string]>([
    ['blanks', `{"streamId":"${' '.repeat(LONG)}x"}`],
    ['at signs', `{"streamId":"${'@'.repeat(LONG)}"}`],
    ['combining marks', `{"streamId":"a","label":"${'\\u0301'.repeat(LONG / 6)}"}`],
    ['an address', `{"streamId":"a","clientAddress":"${'1:'.repeat(LONG / 2)}"}`],
    ['an address of IPv4', `{"streamId":"a","clientAddress":"${'1.'.repeat(LONG / 2)}"}`],
  ])('such as %s in a body is answered at once', async (_, body) => {
    await answeredSoon(requestOf('POST /users/redos/streams', 'content-type: application/json', body))
  })

  it.each<[string, string]>([
    ['commas', ','.repeat(60_000)],
    ['quotes', '"\\'.repeat(30_000)],
    ['keys', 'sid="a",'.repeat(7000)],
    ['equals signs', '='.repeat(60_000)],
    ['lines', '\n'.repeat(60_000)],
  ])('such as %s in a report is answered at once', async (_, body) => {
    await answeredSoon(requestOf('POST /users/redos/cmcd', 'content-type: application/cmcd', body))
  })
})

async function send(method: string, path: string, body: string): Promise<{ status: number; body: string }> {
  const connection = await Connection.open(service.url)
  const headers = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`
  connection.socket.write(`${method} ${path} HTTP/1.1\r\nhost: x\r\n${headers}\r\n\r\n${body}`)
  const { status, body: text } = await connection.answer()
  connection.socket.destroy()
  return { status, body: text }
}

function requestOf(line: string, headers: string, body = ''): string {
  return `${line} HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n\r\n${body}`
}

/** The request is answered, by no failure of the service, and does not hold up another one. */
async function answeredSoon(text: string): Promise<void> {
  const [connection, another] = [await Connection.open(service.url), await Connection.open(service.url)]
  const startedAt = performance.now()
  connection.socket.write(text)
  const { status } = await connection.answer()
  another.socket.write(requestText('GET', '/livez'))
  expect((await another.answer()).status).toBe(200)
  expect(performance.now() - startedAt).toBeLessThan(SLOW_MS)
  expect(status).toBeLessThan(500)
  for (const { socket } of [connection, another]) socket.destroy()
}
