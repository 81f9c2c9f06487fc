/**
 * The order of requests. Those of one connection are processed one at a time, in the order of their
 * arrival (RFC 9112, section 9.3.2).
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * How many requests can wait behind others, in the whole process. Each takes two kilobytes, and
 * Node parses more than 2,000 of them from one read. Without a bound a few hundred connections
 * would take all memory.
 */
const WAITING_MAX = 10_000

/**
 * How many waiting requests one turn of the event loop takes. So clients that send one at a time do
 * not wait.
 */
const TAKEN_AT_ONCE_MAX = 16

/**
 * A request that is processed once all before it are answered, or the last answer to a connection.
 */
export type Turn = {
  /** Where a request is answered. Nothing follows a turn without one. */
  readonly outgoing?: ServerResponse
  readonly take: () => void
}

/** The connections of one process, each with the requests that wait for their turn. */
export class Turns {
  readonly #lines = new WeakMap<Socket, Line>()
  /** The lines whose next request can be processed. */
  readonly #ready: Line[] = []
  #waiting = 0
  #isHeld = false

  /** From now on the connection reads no more requests while one waits for its turn. */
  open(socket: Socket): void {
    const line = new Line(socket)
    this.#lines.set(socket, line)
    // Node's own server resumes the connection whenever it has read the body of a request.
    socket.on('resume', () => this.#mayRead(line) || socket.pause())
    if (this.#isHeld) socket.pause()
    socket.once('close', () => {
      this.#waiting -= line.waiting.length
      line.waiting.length = 0
    })
  }

  /**
   * Calls back at once if all earlier requests of the connection are answered, else as soon as they
   * are.
   *
   * If too many requests wait in the process, the connection is closed instead, after its earlier
   * requests are answered. The client can then repeat the others on a new connection.
   */
  take(socket: Socket, turn: Turn): void {
    const line = this.#lines.get(socket)
    if (line === undefined || line.isOver || socket.destroyed) return
    line.isOver = turn.outgoing === undefined
    if (line.isOver && line.isAnsweredEarly) socket.destroySoon()
    else if (line.isFree || (line.isOver && line.isReceiving)) line.start(turn)
    else if (this.#waiting < WAITING_MAX) this.#queue(line, turn)
    else this.#queue(line, line.close())
  }

  /** Nothing is read from these connections, nor from new ones, until they are released. */
  hold(sockets: Iterable<Socket>): void {
    this.#isHeld = true
    for (const socket of sockets) socket.pause()
  }

  /** Reads from these connections again. */
  release(sockets: Iterable<Socket>): void {
    this.#isHeld = false
    for (const socket of sockets) {
      const line = this.#lines.get(socket)
      if (line !== undefined && this.#mayRead(line)) socket.resume()
    }
  }

  /** The current request has arrived completely. */
  received(socket: Socket): void {
    const line = this.#lines.get(socket)
    if (line !== undefined) line.bytesReceived = socket.bytesRead
  }

  /** Whether all requests are answered, and nothing of the next one has arrived. */
  isIdle(socket: Socket): boolean {
    const line = this.#lines.get(socket)
    return line === undefined || (line.isFree && socket.bytesRead === line.bytesReceived)
  }

  /** Whether a request waits behind the one that is being answered. */
  hasWaiting(socket: Socket): boolean {
    return (this.#lines.get(socket)?.waiting.length ?? 0) > 0
  }

  #mayRead(line: Line): boolean {
    return line.wantsMore && !this.#isHeld
  }

  #queue(line: Line, turn: Turn): void {
    if (line.waiting.length === 0) {
      line.socket.pause()
      this.#awaitNext(line)
    }
    line.waiting.push(turn)
    this.#waiting += 1
  }

  #awaitNext(line: Line): void {
    line.whenAnswered(() => {
      this.#ready.push(line)
      if (this.#ready.length === 1) setImmediate(() => this.#takeReady())
    })
  }

  #takeReady(): void {
    for (const line of this.#ready.splice(0, TAKEN_AT_ONCE_MAX)) this.#takeNext(line)
    if (this.#ready.length > 0) setImmediate(() => this.#takeReady())
  }

  #takeNext(line: Line): void {
    const turn = line.waiting.shift()
    if (turn === undefined) return
    this.#waiting -= 1
    line.start(turn)
    if (line.waiting.length > 0) this.#awaitNext(line)
    else if (this.#mayRead(line)) line.socket.resume()
  }
}

/** One connection. */
class Line {
  readonly socket: Socket
  readonly waiting: Turn[] = []
  /** Whether its last answer is given, or waits for its turn. */
  isOver = false
  /** How many bytes had been read when its last request was complete. */
  bytesReceived = 0
  #current: ServerResponse | undefined

  constructor(socket: Socket) {
    this.socket = socket
  }

  get wantsMore(): boolean {
    return this.waiting.length === 0 && !this.isOver
  }

  /**
   * Whether the last answer has been handed to the kernel. So a client that does not read delays
   * only itself.
   */
  get isFree(): boolean {
    return this.waiting.length === 0 && (this.#current === undefined || this.#current.writableFinished)
  }

  /**
   * Whether a request has begun to arrive and is not complete. Then the last answer is for this
   * request.
   */
  get isReceiving(): boolean {
    return this.#current?.req.complete === false && !this.#current.headersSent
  }

  /** Whether a request was answered before all of it had arrived. Then it gets no second answer. */
  get isAnsweredEarly(): boolean {
    return this.#current?.req.complete === false && this.#current.headersSent
  }

  start({ outgoing, take }: Turn): void {
    this.#current = outgoing
    take()
  }

  whenAnswered(callBack: () => void): void {
    this.#current?.once('finish', callBack)
  }

  /** Accepts no more requests. Returns the turn that closes the connection. */
  close(): Turn {
    this.isOver = true
    ignoreRequests(this.socket)
    return { take: () => this.socket.destroySoon() }
  }
}

/**
 * Ignores the requests that Node still parses from what it has read. Its parser cannot be stopped.
 */
function ignoreRequests(socket: Socket & { readonly parser?: { onIncoming?: () => number } }): void {
  if (socket.parser !== undefined) socket.parser.onIncoming = () => 0
}
