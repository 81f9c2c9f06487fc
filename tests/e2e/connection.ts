/**
 * One connection as bytes. What is written is sent as it is, and answers are cut from what comes
 * back.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** An answer as it came over the wire. */
export type WireAnswer = { readonly status: number; readonly head: string; readonly body: string }

/** Far longer than any answer takes, so that only a missing answer reaches it. */
const PATIENCE_MS = 30_000

/** A connection to the service at this address. */
export class Connection {
  readonly socket: Socket
  #received = Buffer.alloc(0)
  /**
   * When the other side ended the connection or this one broke, in milliseconds of
   * `performance.now()`.
   */
  endedAtMs: number | undefined
  #ending = ''

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk])
    })
    socket.on('end', () => this.#end('it was ended'))
    socket.on('error', ({ message }) => this.#end(message))
    socket.on('close', () => this.#end('it was closed'))
  }

  /** Resolves once it is established. It reads nothing while it is paused. */
  static async open(url: string, options: { isPaused?: boolean } = {}): Promise<Connection> {
    const { hostname, port } = new URL(url)
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
    const connection = new Connection(socket)
    if (options.isPaused === true) socket.pause()
    await once(socket, 'connect')
    return connection
  }

  get hasEnded(): boolean {
    return this.endedAtMs !== undefined
  }

  /** The next complete answer. Rejects if the connection ends first. */
  async answer(): Promise<WireAnswer> {
    const deadlineMs = performance.now() + PATIENCE_MS
    for (;;) {
      const answer = this.#take()
      if (answer !== undefined) return answer
      if (this.hasEnded) throw new Error(`No answer: ${this.#ending} after “${this.#received.toString()}”`)
      if (performance.now() > deadlineMs) throw new Error('No answer came')
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  /** So many answers, in the order in which they came. */
  async answers(count: number): Promise<readonly WireAnswer[]> {
    const answers: WireAnswer[] = []
    while (answers.length < count) answers.push(await this.answer())
    return answers
  }

  #end(ending: string): void {
    if (this.endedAtMs !== undefined) return
    this.endedAtMs = performance.now()
    this.#ending = ending
  }

  #take(): WireAnswer | undefined {
    const headEnd = this.#received.indexOf('\r\n\r\n')
    if (headEnd === -1) return undefined
    const head = this.#received.subarray(0, headEnd).toString()
    const bodyAt = headEnd + 4
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
    if (this.#received.length < bodyAt + length) return undefined
    const body = this.#received.subarray(bodyAt, bodyAt + length).toString()
    this.#received = this.#received.subarray(bodyAt + length)
    return { status: Number(head.slice(9, 12)), head, body }
  }
}

/** A request as bytes. */
export function requestText(method: string, path: string, body?: object): string {
  const text = body === undefined ? '' : JSON.stringify(body)
  const ofBody =
    body === undefined
      ? ''
      : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n`
  return `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${ofBody}\r\n${text}`
}
