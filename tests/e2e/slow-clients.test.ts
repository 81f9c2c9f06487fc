import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Client } from './client.ts'
import { Connection, requestText } from './connection.ts'
import { startService, type RunningService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

/** Tests what SECURITY.md promises: how long a request may take to arrive. */
const REQUEST_LIMIT_MS = 10_000
/** How much later its end may come, on a busy machine. */
const SLACK_MS = 3000
/** How often a slow client sends one more byte. */
const DRIP_MS = 250

const START = requestText('POST', '/users/user/streams', { streamId: 'film' })
/** A head whose body takes longer than any test. */
const LONG_BODY = 'POST /users/user/streams HTTP/1.1\r\nhost: localhost\r\ncontent-length: 8000\r\n\r\n{'

describe.each([1, 2])('a service of %i process(es)', (workers) => {
  it('waits at most 10 s for a request, whether its head or its body is slow, first or later', async () => {
    const service = await serviceOf(workers)
    const lives = await Promise.all([
      drip(service, { before: '', first: 'GET /livez HTTP/1.1\r\nx: ' }),
      drip(service, { before: '', first: LONG_BODY }),
      drip(service, { before: requestText('GET', '/livez'), first: 'GET /livez HTTP/1.1\r\nx: ' }),
      drip(service, { before: START, first: LONG_BODY }),
      drip(service, { before: '', first: '' }),
    ])
    for (const { status, lifeMs } of lives) {
      expect(status).toBe(408)
      expect(lifeMs).toBeGreaterThan(REQUEST_LIMIT_MS - DRIP_MS)
      expect(lifeMs).toBeLessThan(REQUEST_LIMIT_MS + SLACK_MS)
    }
  }, 60_000)

  it('answers once if a request is refused before its slow body has come', async () => {
    const service = await serviceOf(workers)
    const connection = await Connection.open(service.url)
    connection.socket.write('GET /nope HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5000\r\n\r\n')
    expect((await connection.answer()).status).toBe(404)
    const second = connection.answer()
    second.catch(() => {})
    const dripping = setInterval(() => connection.socket.write(' '), DRIP_MS)
    await expect(second).rejects.toThrow('No answer')
    clearInterval(dripping)
    connection.socket.destroy()
  }, 60_000)

  it('answers a client that ends its side of the connection after its request', async () => {
    const service = await serviceOf(workers)
    for (const request of [START, requestText('GET', '/users/user/streams'), START + START]) {
      const connection = await Connection.open(service.url)
      connection.socket.end(request)
      const answers = await connection.answers(request.split('host:').length - 1)
      expect(answers.every(({ status }) => status < 300)).toBe(true)
      await expect.poll(() => connection.hasEnded).toBe(true)
    }
    expect(await new Client(service.url).list('user')).toEqual(['film'])
  })
})

type Drip = {
  /** A complete request that is sent and answered first, if any. */
  readonly before: string
  /** The part of the slow request that is sent at once. */
  readonly first: string
}

/**
 * Sends a request byte by byte until it is refused. Returns the answer and how long the connection
 * lived.
 */
async function drip(
  service: RunningService,
  { before, first }: Drip,
): Promise<{ status: number; lifeMs: number }> {
  const connection = await Connection.open(service.url)
  if (before !== '') {
    connection.socket.write(before)
    await connection.answer()
  }
  const startedAtMs = performance.now()
  connection.socket.write(first)
  const answer = connection.answer()
  answer.catch(() => {})
  while (!connection.hasEnded && performance.now() - startedAtMs < 3 * REQUEST_LIMIT_MS) {
    if (first !== '') connection.socket.write(' ')
    await pause(DRIP_MS)
  }
  const { status } = await answer
  connection.socket.destroy()
  return { status, lifeMs: (connection.endedAtMs ?? Number.POSITIVE_INFINITY) - startedAtMs }
}

function serviceOf(workers: number): Promise<RunningService> {
  return startService({ folder: temporaryFolder(), workers })
}
