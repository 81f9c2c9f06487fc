/**
 * The port of several workers: the primary accepts each connection and hands it to one of them.
 *
 * The primary keeps a connection until the worker confirms that it serves it. So no connection is
 * lost if a worker dies, hangs or ends. Node's own scheduling keeps no such record.
 */
import type { Worker } from 'node:cluster'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Listener } from './listener.ts'
import { monotonicMs, type PrimaryMessage } from './messages.ts'

/**
 * After this many ticks without a confirmation a connection goes to another worker. It counts ticks
 * and not milliseconds: after a pause of the whole machine only one tick has passed, and the
 * confirmation is read before the next.
 */
const TAKE_BACK_TICKS = 4
/** After this many workers a connection is given up: they have no file descriptor for it. */
const ATTEMPTS_MAX = 3
/** Longest wait for the workers to take the remaining connections when the port is closed. */
const CLOSE_LIMIT_MS = 3000
const CLOSE_CHECK_MS = 10

/** A connection that no worker serves yet. */
type Waiting = { readonly socket: Socket; readonly attempts: number }
/** The connection that a worker was given. `undefined` once it was taken back. */
type HandOver = { readonly number: number; ticks: number; connection: Waiting | undefined }

/** Hands connections to workers, one at a time to each. */
export class Dispatcher {
  readonly #isAnswering: (worker: Worker) => boolean
  /** Workers that can be given a connection. The one that has waited longest comes first. */
  readonly #free = new Set<Worker>()
  /** Workers that were given a connection and have not answered yet. */
  readonly #handedOver = new Map<Worker, HandOver>()
  readonly #waiting: Waiting[] = []
  #listener: Listener | undefined
  #lastNumber = 0
  /** Whether connections wait although workers are free. */
  #isHeld = false
  #isAbandoned = false

  /** @param isAnswering whether a worker is likely to take a connection soon. */
  constructor(isAnswering: (worker: Worker) => boolean) {
    this.#isAnswering = isAnswering
  }

  /**
   * Opens the port. Resolves with its URL.
   *
   * @throws {NodeJS.ErrnoException} if the address is not available.
   */
  async open(address: { readonly host: string; readonly port: number }): Promise<string> {
    const onConnection = (socket: Socket) => {
      socket.on('error', () => {})
      this.#waiting.push({ socket, attempts: 0 })
      this.#dispatch()
    }
    this.#listener = await Listener.open({ ...address, onConnection, isPaused: true })
    if (this.#isAbandoned) this.#listener.closeAtOnce()
    return this.#listener.url
  }

  /** Closes the port. Resolves once every connection is with a worker. */
  async close(): Promise<void> {
    this.#isHeld = true
    await this.#listener?.close()
    this.#isHeld = false
    this.#dispatch()
    const deadlineMs = monotonicMs() + CLOSE_LIMIT_MS
    while (this.#unserved.length > 0 && monotonicMs() < deadlineMs) await pause(CLOSE_CHECK_MS)
    this.abandon()
  }

  /** Closes the port at once, with every connection that no worker has. */
  abandon(): void {
    this.#isAbandoned = true
    this.#listener?.closeAtOnce()
    for (const { socket } of this.#unserved) socket.destroy()
  }

  /** From now on the worker is given connections, until it is gone. */
  add(worker: Worker): void {
    this.#free.add(worker)
    worker.once('disconnect', () => this.#remove(worker))
    this.#dispatch()
  }

  /** The worker has answered whether it takes the connection of this number. */
  settle(worker: Worker, number: number, isTaken: boolean): void {
    const handOver = this.#handedOver.get(worker)
    if (handOver?.number !== number) return
    this.#handedOver.delete(worker)
    this.#free.add(worker)
    const { connection } = handOver
    if (isTaken) connection?.socket.destroy()
    else if (connection !== undefined) this.#waiting.unshift(connection)
    this.#dispatch()
  }

  /** Takes back connections that were not confirmed in time. */
  tick(): void {
    for (const [worker, handOver] of this.#handedOver) {
      handOver.ticks += 1
      if (handOver.ticks >= TAKE_BACK_TICKS) this.#takeBack(worker, handOver)
    }
    this.#dispatch()
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && !this.#isHeld) {
      const worker = [...this.#free].find(this.#isAnswering)
      const next = worker && this.#waiting.shift()
      if (worker === undefined || next === undefined) return
      this.#handOver(next, worker)
    }
  }

  get #unserved(): readonly Waiting[] {
    const handedOver = [...this.#handedOver.values()].flatMap(({ connection }) => connection ?? [])
    return [...this.#waiting, ...handedOver]
  }

  #handOver(connection: Waiting, worker: Worker): void {
    this.#lastNumber += 1
    const number = this.#lastNumber
    this.#free.delete(worker)
    this.#handedOver.set(worker, { number, ticks: 0, connection })
    const message: PrimaryMessage = { kind: 'connection', number, handedOverAtMs: monotonicMs() }
    worker.send(message, connection.socket, { keepOpen: true }, (error) => {
      if (error !== null) this.#remove(worker)
    })
  }

  #takeBack(worker: Worker, handOver: HandOver): void {
    const { connection } = handOver
    handOver.connection = undefined
    if (connection !== undefined) {
      const attempts = connection.attempts + 1
      if (attempts === ATTEMPTS_MAX) connection.socket.destroy()
      else this.#waiting.unshift({ socket: connection.socket, attempts })
    }
    // A worker that hangs finds the connection later, and declines it. A worker that answers other
    // messages never received it: the process had no file descriptor for it.
    if (!this.#isAnswering(worker)) return
    this.#handedOver.delete(worker)
    this.#free.add(worker)
  }

  #remove(worker: Worker): void {
    const connection = this.#handedOver.get(worker)?.connection
    this.#handedOver.delete(worker)
    this.#free.delete(worker)
    if (connection !== undefined) this.#waiting.unshift(connection)
    this.#dispatch()
  }
}
