/**
 * Serves the app with Node's own HTTP server: translates, limits, drains.
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { App } from './app.ts'
import { READ_BYTES_MAX, type HttpRequest } from './http.ts'
import { Turns } from './server/turns.ts'

/** Longest wait for a whole request: a start is a few hundred bytes. */
const REQUEST_TIMEOUT_MS = 10_000
/** How often requests under way are looked at, and so how much later than its time one may be refused. */
const TIMEOUT_CHECK_MS = 250
/** Longest wait for a client that takes nothing of an answer that is ready for it. */
const ANSWER_TIMEOUT_MS = 30_000
/** How long a refused client may take to read why, before its connection is cut. */
const LINGER_MS = 1000
/** Idle connections outlive the 60 s of common load balancers, so that those close first and never meet a dead one. */
const KEEP_ALIVE_MS = 65_000

/** A server that listens. */
export type RunningServer = {
  readonly url: string
  /** Takes no new connections, lets requests under way finish, resolves when all are gone or after `limitMs`. */
  readonly close: (limitMs: number) => Promise<{ readonly unfinished: number }>
  /** From now on every answer asks its client to take the next request elsewhere. */
  readonly startDraining: () => void
}

/** @throws {NodeJS.ErrnoException} where the address cannot be had. */
export async function listen(app: App, address: { host: string; port: number }): Promise<RunningServer> {
  let isDraining = false
  const turns = new Turns()
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    (incoming, outgoing) => {
      const { socket } = incoming
      const take = () =>
        receive(incoming, (body) => {
          if (isDraining && !turns.hasWaiting(socket)) outgoing.setHeader('connection', 'close')
          void answer(app, { incoming, outgoing, body })
        })
      turns.take(socket, { outgoing, take })
    },
  )
  server.timeout = ANSWER_TIMEOUT_MS
  // Without it a client that ends its side after its request gets no answer. Node's types do not know it.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('connection', (socket) => turns.open(socket))
  server.on('clientError', (error, socket) => {
    turns.take(socket as Socket, { take: () => refuseUnreadable(error, socket as Socket) })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return {
    url: `http://${host}:${port}`,
    startDraining: () => {
      isDraining = true
    },
    close: (limitMs) => close(server, app, limitMs),
  }
}

/** Gathers the body, up to one byte more than may be read, and hands it over once. */
function receive(incoming: IncomingMessage, handOver: (body: Uint8Array | undefined) => void): void {
  if (!mayHaveBody(incoming)) {
    handOver(undefined)
    return
  }
  const chunks: Buffer[] = []
  let length = 0
  let isDone = false
  const finish = () => {
    if (isDone) return
    isDone = true
    handOver(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
  }
  incoming.on('data', (chunk: Buffer) => {
    if (isDone) return
    chunks.push(chunk)
    length += chunk.length
    if (length > READ_BYTES_MAX) finish()
  })
  incoming.on('end', finish)
  incoming.on('error', () => {
    isDone = true
  })
}

function mayHaveBody({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'DELETE') return false
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

type Exchange = {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly body: Uint8Array | undefined
}

async function answer(app: App, { incoming, outgoing, body }: Exchange): Promise<void> {
  const { status, headers, body: content = '' } = await app.handle(requestOf(incoming, body))
  const hasLength = status !== 204 && incoming.method !== 'HEAD'
  outgoing.writeHead(
    status,
    hasLength ? { ...headers, 'content-length': Buffer.byteLength(content) } : headers,
  )
  outgoing.end(content)
}

function requestOf(
  { method = 'GET', url = '/', headers }: IncomingMessage,
  body: Uint8Array | undefined,
): HttpRequest {
  const queryAt = url.indexOf('?')
  return {
    method,
    path: queryAt === -1 ? url : url.slice(0, queryAt),
    query: queryAt === -1 ? '' : url.slice(queryAt + 1),
    headers: headers as HttpRequest['headers'],
    body,
  }
}

/** Answers what is not HTTP, or came too slowly or too large, and closes. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status })
  socket.pause()
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  )
}

async function close(server: Server, app: App, limitMs: number): Promise<{ unfinished: number }> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  const timer = setTimeout(() => server.closeAllConnections(), limitMs)
  await closed
  clearTimeout(timer)
  return { unfinished: app.inFlight }
}
