/**
 * The floor: a server that does nothing but answer, with the bytes of an answer to a start.
 * `floor.ts <port> body` reads the bodies of requests, too.
 */
import { createServer, type ServerResponse } from 'node:http'

const BODY = JSON.stringify({
  id: '1',
  userId: '123',
  streamId: '1',
  startedAt: '2026-11-22T02:00:00.000Z',
  expiresAt: '2026-11-22T02:01:15.000Z',
  heartbeatSeconds: 25,
  limit: 3,
  active: 1,
  streams: ['1'],
})
const HEADERS = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(BODY) }

const [, , port, body] = process.argv

createServer((request, response) => {
  if (body === undefined) return answer(response)
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => answer(response))
}).listen(Number(port), '127.0.0.1')

function answer(response: ServerResponse): void {
  response.writeHead(200, HEADERS)
  response.end(BODY)
}
