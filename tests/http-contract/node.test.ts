import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { compose } from '../../service/src/compose.ts'
import { loadConfig } from '../../service/src/settings/settings.ts'
import { Log } from '../../service/src/telemetry/log.ts'
import { listen } from '../../service/src/servers/node-server.ts'
import { describeHttpContract } from './describe-http-contract.ts'
import { NODE_TARGET } from './target.ts'

describeHttpContract(NODE_TARGET)

/** What the server writes back to these bytes before it closes. */
async function answerTo(bytes: string): Promise<string> {
  const { app, close } = await compose(loadConfig({ store: 'memory:' }, {}), new Log({ logLevel: 'silent' }))
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      socket.end()
    })
    socket.on('close', () => resolve(text))
    socket.write(Buffer.from(bytes, 'latin1'))
  })
  await server.close(0)
  await close()
  return answer
}

it('bytes that are not HTTP are refused with a problem', async () => {
  expect(await answerTo('hello\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"status":400/,
  )
})

it('headers that are too large are refused with a problem', async () => {
  expect(await answerTo(`GET /livez HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  )
})

it('bytes of UTF-8 that came unencoded in a path are refused with a problem', async () => {
  const path = Buffer.from('/users/é/streams').toString('latin1')
  expect(await answerTo(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
})

it.each([
  ['a target in absolute form', 'GET http://gate.example/livez HTTP/1.1\r\nhost: gate.example\r\n\r\n', 200],
  ['one with nothing but a host', 'GET HTTP://a?x HTTP/1.1\r\nhost: a\r\n\r\n', 404],
  ['no host, as HTTP/1.0 allows', 'GET /livez HTTP/1.0\r\n\r\n', 200],
])('%s is taken', async (_what, bytes, status) => {
  expect(await answerTo(bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
})

it.each([
  ['no host', 'GET /livez HTTP/1.1\r\n\r\n', 400],
  ['two hosts', 'GET /livez HTTP/1.1\r\nhost: a\r\nHost: b\r\n\r\n', 400],
  ['an expectation', 'GET /livez HTTP/1.1\r\nhost: a\r\nexpect: tea\r\n\r\n', 417],
])('a request with %s is refused with a problem, and its connection ends', async (_what, bytes, status) => {
  const problem = `^HTTP/1.1 ${status} [^]*application/problem\\+json[^]*connection: close[^]*"status":${status}`
  expect(await answerTo(bytes)).toMatch(new RegExp(problem, 'i'))
})

it.each(['%ff', '%'])(
  'a reason of “%s” in the query is no UTF-8, and is refused as in a path',
  async (reason) => {
    const target = `/users/u/streams/s?by=operator&reason=${reason}`
    const answer = await answerTo(`DELETE ${target} HTTP/1.1\r\nhost: a\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 400 [^]*"pointer":"\/reason","detail":"must be percent-encoded UTF-8"/)
  },
)
