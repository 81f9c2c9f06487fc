import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AnswerReader } from '../../bench/load/answer-reader.ts'
import { loadByClient, loadFlatOut } from '../../bench/load/generator.ts'
import { callsOf, MIXES, requestOf, type Mix } from '../../bench/load/mixes.ts'
import { Requests, writeRequests } from '../../bench/load/request-file.ts'

const CROWD = { users: 20, viewers: 50 }
const ANSWERS = [
  'HTTP/1.1 201 Created\r\ncontent-type: text/plain\r\nContent-Length: 5\r\n\r\nabcde',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n',
].join('')

describe('the reader of answers', () => {
  it('finds the answers in however many pieces they come', () => {
    for (let size = 1; size <= ANSWERS.length; size += 1) {
      const statuses: number[] = []
      const reader = new AnswerReader((status) => statuses.push(status))
      for (let from = 0; from < ANSWERS.length; from += size) {
        reader.read(Buffer.from(ANSWERS.slice(from, from + size)))
      }
      expect(statuses).toEqual([201, 204, 409])
    }
  })

  it('refuses an answer without a length', () => {
    const reader = new AnswerReader(() => {})
    expect(() => reader.read(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('No content-length')
  })
})

describe('with requests in a file', () => {
  const mix = MIXES.find(({ name }) => name === 'zapping') as Mix
  let folder: string
  let requestFile: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'streamgate-bench-test-'))
    requestFile = join(folder, 'requests')
    writeRequests(requestFile, mix, CROWD)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('they come back in order, and again from the first', () => {
    const expected = Array.from(callsOf(mix, CROWD), requestOf)
    const requests = new Requests(requestFile)
    const read = Array.from({ length: 2 * expected.length }, () => requests.next().toString('latin1'))
    expect(read).toEqual([...expected, ...expected])
  })

  it('they go on where they stopped', () => {
    const first = new Requests(requestFile)
    first.next()
    const second = new Requests(requestFile, first.position)
    expect(second.next()).toEqual(first.next())
  })

  it.each([
    ['the generator of this machine', loadFlatOut],
    ['the client, which needs nothing installed', loadByClient],
  ])('%s sends them, and counts answers and faults', async (_name, load) => {
    await withServer(async (port, seen) => {
      const loaded = await load({ port, requestFile }, { connections: 2, seconds: 1, position: 0 })
      expect(loaded.answers).toBeGreaterThan(10)
      expect(loaded.faults).toBeGreaterThan(0)
      expect(new Set(seen)).toEqual(new Set(Array.from(callsOf(mix, CROWD), ({ verb }) => METHODS[verb])))
    })
  })

  it('the client keeps a pace', async () => {
    await withServer(async (port) => {
      const options = { connections: 4, seconds: 1, position: 0, requestsPerSecond: 200 }
      const loaded = await loadByClient({ port, requestFile }, options)
      expect(loaded.answers).toBe(200)
      expect(loaded.p999Ms).toBeGreaterThanOrEqual(loaded.p50Ms)
    })
  })
})

const METHODS = { start: 'POST', heartbeat: 'PUT', stop: 'DELETE' }

/** A server to which each second request is one too many. */
async function withServer(use: (port: number, seen: readonly unknown[]) => Promise<void>): Promise<void> {
  const seen: unknown[] = []
  const server = createServer((request, response) => {
    seen.push(request.method)
    response.writeHead(seen.length % 2 === 0 ? 500 : 200, { 'content-length': 2 }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await use((server.address() as AddressInfo).port, seen)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
