/** A connection to Redis that heals by itself, and whose waits are bounded. */
import type { Socket } from 'node:net'
import { LimiterError } from '@streamgate/core'
import { Cluster, type Redis } from 'ioredis'
import type { RedisPlace } from './address.ts'
import { clientOf } from './client.ts'
import type { ScriptName } from './scripts.ts'

/** Longer than the time limit of a service, which is its own business. */
export const REQUEST_TIMEOUT_DEFAULT_MS = 2000
/** The wait before the link asks the driver to start over. */
const START_OVER_MS = 2000

/** The commands that a link sends, on one server. */
type Commands = {
  readonly get: (key: string) => Promise<string | null>
  readonly del: (key: string) => Promise<number>
  readonly info: () => Promise<string>
  readonly time: () => Promise<readonly [string, string]>
  readonly wait: (replicas: number, limitMs: number) => Promise<number>
} & Record<ScriptName, (...args: readonly (string | number)[]) => Promise<unknown>>

/** A server with its name, as a walk meets it. */
export type NamedNode = { readonly name: string; readonly commands: Commands }

/**
 * What carries calls to Redis. A call that is made while the connection is down waits for it, for
 * one time limit after its loss. Later calls fail at once, until the connection is back. No call is
 * sent twice by the link, and none after its caller was told that it failed.
 */
export class RedisLink {
  readonly #client: Redis | Cluster
  readonly #timeoutMs: number
  #lastError: Error | undefined
  #isClosed = false
  /** Waits for the connection. Absent while it is there. */
  #waiting: Waiting | undefined

  /** @throws {Error} if a certificate cannot be read. */
  constructor(place: RedisPlace) {
    this.#timeoutMs = place.options.requestTimeoutMs ?? REQUEST_TIMEOUT_DEFAULT_MS
    this.#client = clientOf(place, this.#timeoutMs)
    this.#waiting = new Waiting(this.#timeoutMs)
    this.#client.on('error', (error: Error) => {
      this.#lastError = error
    })
    this.#client.on('ready', () => {
      this.#lastError = undefined
      this.#waiting?.end()
      this.#waiting = undefined
    })
    this.#client.on('close', () => {
      this.#waiting ??= new Waiting(this.#timeoutMs)
    })
    this.#client.on('end', () => this.#startOver())
    void this.#client.connect().catch(() => {})
  }

  /**
   * Makes a call.
   *
   * @throws {LimiterError} `STORE_CLOSED`, `STORE_TIMED_OUT`, or `STORE_UNAVAILABLE` with the
   *   driver's error, or the error that ended the connection, as its cause.
   */
  async call<Result>(send: (commands: Commands) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new LimiterError('STORE_CLOSED', 'The store was closed')
    try {
      if (this.#waiting !== undefined) await this.#waiting.forConnection()
      this.#collectWrites()
      return await send(this.#client as unknown as Commands)
    } catch (error) {
      throw this.#failure(error)
    }
  }

  /** The servers that hold data, in the order of their names. One, unless it is a cluster. */
  nodes(): readonly NamedNode[] {
    const client = this.#client
    if (!(client instanceof Cluster)) return [{ name: '', commands: client as unknown as Commands }]
    const named = client.nodes('master').map((node) => ({
      name: `${node.options.host}:${node.options.port}`,
      commands: node as unknown as Commands,
    }))
    return named.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** Waits for the answers that are on their way, and closes. May be called twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#waiting?.end()
    await this.#client.quit().catch(() => {})
    this.#client.disconnect()
  }

  /** Calls of one turn of the event loop go out in one write, which costs more than a call. */
  #collectWrites(): void {
    const { stream } = this.#client as { stream?: Socket }
    if (stream === undefined || stream.writableCorked > 0) return
    stream.cork()
    setImmediate(() => stream.uncork())
  }

  #failure(error: unknown): LimiterError {
    if (error instanceof LimiterError) return error
    if (this.#isClosed) return new LimiterError('STORE_CLOSED', 'The store was closed')
    const isTimeout = error instanceof Error && error.message === 'Command timed out'
    if (isTimeout) {
      const facts = { limitMs: this.#timeoutMs }
      return new LimiterError('STORE_TIMED_OUT', 'Redis did not answer in time', { cause: error, facts })
    }
    const cause = (isGivingUp(error) ? this.#lastError : undefined) ?? error
    return new LimiterError('STORE_UNAVAILABLE', 'Redis failed', { cause })
  }

  /** The driver gives up if it cannot even try to connect. The link does not. */
  #startOver(): void {
    if (this.#isClosed) return
    this.#waiting ??= new Waiting(this.#timeoutMs)
    setTimeout(() => {
      if (!this.#isClosed) void this.#client.connect().catch(() => {})
    }, START_OVER_MS).unref()
  }
}

/** The wait for a connection that was lost: for so long after the loss, and then no longer. */
class Waiting {
  readonly #limitMs: number
  readonly #over: Promise<void>
  #end: () => void = () => {}
  #isTooLong = false

  constructor(limitMs: number) {
    this.#limitMs = limitMs
    this.#over = new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#isTooLong = true
        resolve()
      }, limitMs)
      timer.unref()
      this.#end = () => {
        clearTimeout(timer)
        this.#isTooLong = false
        resolve()
      }
    })
  }

  /** @throws {Error} if the connection is away for too long. */
  async forConnection(): Promise<void> {
    await this.#over
    if (this.#isTooLong) throw new Error(`No connection to Redis within ${this.#limitMs} ms`)
  }

  end(): void {
    this.#end()
  }
}

/** What the driver and the link say if there is no connection, which does not tell why. */
const GIVING_UP = /^(?:Reached the max retries|Connection is closed|Stream isn't writeable|No connection)/

function isGivingUp(error: unknown): boolean {
  return error instanceof Error && GIVING_UP.test(error.message)
}
