import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Client } from './client.ts'
import { Connection, requestText, type WireAnswer } from './connection.ts'
import { startService, type RunningService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const ROUNDS = 20
/** Connections that send and do not read. Fourteen of them once killed a process. */
const DEAF_CONNECTIONS = 80
/**
 * What each of them sends: more than a server reads at once. The answers are a hundred times what
 * the kernel buffers.
 */
const DEAF_BYTES = 140_000
const DEAF_REQUEST = 'GET /docs HTTP/1.1\r\nhost:a\r\n\r\n'
/**
 * How much memory the service may use above its idle level: half of what the requests alone would
 * need if all were parsed.
 */
const GROWTH_MAX_BYTES = 250_000_000
const MANY = 3000

describe.each([1, 2])('pipelined requests on one connection, to a service of %i process(es)', (workers) => {
  it('are carried out in order: a list shows the start before it, and not a stream stopped before it', async () => {
    const connection = await Connection.open((await serviceOf(workers)).url)
    for (let round = 0; round < ROUNDS; round += 1) {
      const streams = `/users/user-${round}/streams`
      connection.socket.write(
        requestText('POST', streams, { streamId: 'film' }) +
          requestText('GET', streams) +
          requestText('DELETE', `${streams}/film`) +
          requestText('GET', streams),
      )
      const answers = await connection.answers(4)
      expect(answers.map(({ status }) => status)).toEqual([201, 200, 204, 200])
      expect(answers.map(activeIn)).toEqual([1, 1, undefined, 0])
    }
  })

  it('are all answered, however many there are', async () => {
    const connection = await Connection.open((await serviceOf(workers)).url)
    const paths = Array.from({ length: MANY }, (_, index) => `/users/user/streams/film-${index}`)
    connection.socket.write(paths.map((path) => requestText('PUT', path)).join(''))
    const answers = await connection.answers(MANY)
    expect(answers.slice(0, 3).map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.slice(3).map(({ status }) => status))).toEqual(new Set([409]))
  })

  it('are answered even if what follows them is not HTTP, which is then refused', async () => {
    const connection = await Connection.open((await serviceOf(workers)).url)
    const start = requestText('POST', '/users/user/streams', { streamId: 'film' })
    connection.socket.write(`${start}${requestText('GET', '/users/user/streams')}hello\r\n\r\n`)
    const answers = await connection.answers(3)
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 400])
    expect(activeIn(answers[1])).toBe(1)
  })

  it('cost little while their answers are not read', async () => {
    const service = await serviceOf(workers)
    const client = new Client(service.url)
    await client.get('/docs')
    const before = memoryOf(service)
    const deaf = await Promise.all(
      Array.from({ length: DEAF_CONNECTIONS }, () => Connection.open(service.url, { isPaused: true })),
    )
    const bytes = DEAF_REQUEST.repeat(DEAF_BYTES / DEAF_REQUEST.length)
    for (const { socket } of deaf) socket.write(bytes)
    for (let count = 0; count < 50; count += 1) {
      expect((await client.start('user', 'film')).status).toBeLessThan(300)
    }
    expect(memoryOf(service) - before).toBeLessThan(GROWTH_MAX_BYTES)
    for (const { socket } of deaf) socket.destroy()
  })
})

function serviceOf(workers: number): Promise<RunningService> {
  return startService({ folder: temporaryFolder(), workers })
}

/** How many streams are held, according to an answer. */
function activeIn(answer: WireAnswer | undefined): number | undefined {
  return answer === undefined || answer.body === ''
    ? undefined
    : (JSON.parse(answer.body) as { active: number }).active
}

/** The memory of all its processes, in bytes. */
function memoryOf({ pid, workers }: RunningService): number {
  const kilobytes = [pid, ...workers].map((one) => {
    const status = readFileSync(`/proc/${one}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
  })
  return kilobytes.reduce((sum, one) => sum + one * 1024, 0)
}
