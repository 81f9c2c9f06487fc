/**
 * A port: accepts connections and passes them on.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises'

/** What a listener needs. */
export type ListenerParts = {
  readonly host: string
  /** 0 means any free port. */
  readonly port: number
  /** Called with each connection. */
  readonly onConnection: (socket: Socket) => void
  /** Whether nothing is read from connections, because another process serves them. */
  readonly isPaused?: boolean
}

/** Longest search for a quiet moment to close the port. */
const CLOSE_LIMIT_MS = 1000
/** A turn of the event loop is quiet if it takes less than this. */
const QUIET_MS = 0.2

/** A port that is open. */
export class Listener {
  readonly #server: Server
  readonly #host: string
  #taken = 0

  private constructor({ host, isPaused = false, onConnection }: ListenerParts) {
    this.#host = host
    const options = { allowHalfOpen: true, noDelay: true, pauseOnConnect: isPaused }
    this.#server = createServer(options, (socket) => {
      this.#taken += 1
      onConnection(socket)
    })
  }

  /** @throws {NodeJS.ErrnoException} if the address is not available. */
  static async open(parts: ListenerParts): Promise<Listener> {
    const listener = new Listener(parts)
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', reject)
      listener.#server.listen(parts.port, parts.host, resolve)
    })
    return listener
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host
    return `http://${host}:${port}`
  }

  /**
   * Closes the port. Connections that wait in the kernel are accepted first, because closing resets
   * them.
   *
   * Node accepts one connection per turn of its event loop. A turn without a connection means that
   * none waits, and the port is closed at its end. A connection that comes in the rest of that turn
   * is lost. So a short turn is chosen. The process should have little else to do meanwhile.
   * Clients that wait for an answer do not connect.
   */
  async close(): Promise<void> {
    const deadlineMs = performance.now() + CLOSE_LIMIT_MS
    for (;;) {
      const before = this.#taken
      const startedAtMs = performance.now()
      await turnOfTheEventLoop()
      const endedAtMs = performance.now()
      const isQuiet = this.#taken === before && endedAtMs - startedAtMs < QUIET_MS
      if (isQuiet || endedAtMs > deadlineMs) break
    }
    this.closeAtOnce()
  }

  /** Closes the port, and resets connections that wait. */
  closeAtOnce(): void {
    this.#server.close()
  }
}
