/**
 * Serves the app on connections, by Node's own HTTP server.
 */
import { createServer, STATUS_CODES, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as turnOfTheEventLoop, setTimeout as pause } from 'node:timers/promises'
import type { AnsweringApp } from '../api/app.ts'
import { AnswerRound } from './answer-round.ts'
import { answer, type Exchange } from './exchange.ts'
import { ReceivedRequest } from './received-request.ts'
import { Turns } from './turns.ts'

/** Longest wait for a whole request: a start is a few hundred bytes. */
const REQUEST_TIMEOUT_MS = 10_000
/**
 * Time between two checks of requests under way. A late request is refused this much later at most.
 */
const TIMEOUT_CHECK_MS = 250
/** Longest wait for a client that reads nothing of its answer. */
const ANSWER_TIMEOUT_MS = 30_000
/** How long a refused client can read why, before its connection is closed. */
const REFUSAL_MS = 1000
/** Longer than the 60 s of common load balancers, so that they close idle connections first. */
const KEEP_ALIVE_MS = 65_000
/** How long an idle connection stays open after the port is closed. A request may be on its way. */
const LINGER_MS = 500

/** A request that has arrived completely. */
type Received = { readonly exchange: Exchange; readonly body: Uint8Array | undefined }

/** Serves any number of connections, each until it ends. */
export class HttpEndpoint {
  readonly #app: AnsweringApp
  readonly #server: Server<typeof ReceivedRequest>
  readonly #turns = new Turns()
  readonly #round = new AnswerRound<Received>((received) => this.#answer(received))
  readonly #connections = new Set<Socket>()
  #isDraining = false
  #emptied: (() => void) | undefined

  constructor(app: AnsweringApp) {
    this.#app = app
    const options = {
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      IncomingMessage: ReceivedRequest,
      // Node's own answer to a request without a host is no problem document.
      requireHostHeader: false,
    }
    this.#server = createServer(options, (incoming, outgoing) => this.#receive({ incoming, outgoing }))
    this.#server.timeout = ANSWER_TIMEOUT_MS
    // Without this, a client that ends its side after its request gets no answer. Node's types lack
    // it.
    Object.assign(this.#server, { httpAllowHalfOpen: true })
    this.#server.on('checkExpectation', (incoming, outgoing) => this.#refuse({ incoming, outgoing }, 417))
    this.#server.on('clientError', (error, socket) => {
      this.#turns.take(socket as Socket, { take: () => refuseUnreadable(error, socket as Socket) })
    })
    // This server has no port of its own. It checks time limits only after it has emitted this
    // event.
    this.#server.emit('listening')
  }

  /** Serves this connection. */
  take(socket: Socket): void {
    this.#connections.add(socket)
    socket.once('close', () => {
      this.#connections.delete(socket)
      if (this.#connections.size === 0) this.#emptied?.()
    })
    this.#server.emit('connection', socket)
    this.#turns.open(socket)
  }

  /** Does some work while nothing is read from any connection. */
  async whileHeld(work: () => Promise<void>): Promise<void> {
    this.#turns.hold(this.#connections)
    await work()
    this.#turns.release(this.#connections)
  }

  /** From now on every answer asks its client to close the connection. */
  startDraining(): void {
    this.#isDraining = true
  }

  /**
   * Finishes requests under way and closes idle connections. Resolves when all are closed, or after
   * `limitMs`.
   */
  async close(limitMs: number): Promise<{ readonly unfinished: number }> {
    this.#isDraining = true
    const limit = setTimeout(() => this.#end(() => true), limitMs)
    void this.#endIdle()
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve
      })
    }
    clearTimeout(limit)
    this.#server.close()
    return { unfinished: this.#app.inFlight }
  }

  #receive(exchange: Exchange): void {
    const { incoming, outgoing } = exchange
    if (!incoming.hasRightHost) {
      this.#refuse(exchange, 400)
      return
    }
    const { socket } = incoming
    const take = () => {
      incoming.onBody((body) => {
        this.#turns.received(socket)
        this.#round.add({ exchange, body })
      })
    }
    this.#turns.take(socket, { outgoing, take })
  }

  /** Answers a request that the app must not see, and closes the connection. */
  #refuse({ incoming, outgoing }: Exchange, status: number): void {
    const take = () => {
      outgoing.writeHead(status, { 'content-type': 'application/problem+json', connection: 'close' })
      outgoing.end(problemBody(status))
    }
    this.#turns.take(incoming.socket, { outgoing, take })
  }

  #answer({ exchange, body }: Received): void {
    const { incoming, outgoing } = exchange
    const isLast = this.#isDraining && !this.#turns.hasWaiting(incoming.socket)
    if (isLast) outgoing.setHeader('connection', 'close')
    void answer(this.#app, exchange, body)
  }

  async #endIdle(): Promise<void> {
    await pause(LINGER_MS)
    // Requests that came in the meantime are read now, before connections count as idle.
    await turnOfTheEventLoop()
    this.#end((socket) => this.#turns.isIdle(socket))
  }

  #end(isToEnd: (socket: Socket) => boolean): void {
    for (const socket of this.#connections) if (isToEnd(socket)) socket.destroy()
  }
}

/** Answers what is not HTTP, too slow or too large, and closes the connection. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const body = problemBody(status)
  socket.pause()
  setTimeout(() => socket.destroy(), REFUSAL_MS).unref()
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  )
}

function problemBody(status: number): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status })
}
