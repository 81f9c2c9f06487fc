/**
 * A worker's primary, as the worker sees it.
 */
import cluster from 'node:cluster'
import type { Socket } from 'node:net'
import type { Registry } from '@prometheus-io/client'
import { endAtOnce } from './end-at-once.ts'
import { reasonOf } from '../text/reason.ts'
import { RepeatingTimer } from '../time/repeating-timer.ts'
import { countedBy } from './counted-samples.ts'
import {
  monotonicMs,
  TAKE_LIMIT_MS,
  TICK_MS,
  type MetricSamples,
  type PrimaryMessage,
  type WorkerMessage,
} from './messages.ts'

/** Longest wait for the metrics of all workers. The primary needs less. */
const METRICS_LIMIT_MS = 5000
/** A worker reports its counts once in this many ticks. */
const TICKS_PER_COUNT = 2

/** What a worker does for its primary. */
export type WorkerDuties = {
  /** Serves a connection. */
  readonly take: (socket: Socket) => void
  /** Begins to sweep. */
  readonly sweep: () => void
  /** The identity of the store that it works on. */
  readonly storeIdentity: string | undefined
}

/** The link of a worker to its primary. A worker whose primary is gone ends at once. */
export class PrimaryLink {
  /** Resolves with the signal that told the primary to stop. */
  readonly draining: Promise<NodeJS.Signals>
  /** Resolves when no more connections come. */
  readonly finishing: Promise<void>
  readonly #listening: Promise<string>
  readonly #metricsRequests = new Map<number, (text: string | undefined) => void>()
  #resolve: {
    readonly draining: (signal: NodeJS.Signals) => void
    readonly finishing: () => void
    readonly listening: (url: string) => void
  }
  #duties: WorkerDuties | undefined
  #registry: Registry | undefined
  #lastRequestId = 0

  constructor() {
    const draining = Promise.withResolvers<NodeJS.Signals>()
    const finishing = Promise.withResolvers<void>()
    const listening = Promise.withResolvers<string>()
    this.draining = draining.promise
    this.finishing = finishing.promise
    this.#listening = listening.promise
    this.#resolve = {
      draining: draining.resolve,
      finishing: finishing.resolve,
      listening: listening.resolve,
    }
    // A terminal sends its signal to all processes. Only the primary reacts to it.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
    process.on('message', (message: PrimaryMessage, socket?: Socket) => this.#hear(message, socket))
    const { worker } = cluster
    worker?.once('disconnect', () => {
      if (!worker.exitedAfterDisconnect) endAtOnce()
    })
  }

  /** Gives this process's metrics to the primary. Returns what asks for those of all workers. */
  joinMetrics(own: Registry): () => Promise<string> {
    this.#registry = own
    return () => this.#askForMetrics()
  }

  /** Tells that this worker can take connections. Resolves with the URL once the port is open. */
  async join(duties: WorkerDuties): Promise<string> {
    this.#duties = duties
    let ticks = 0
    const work = () => {
      ticks += 1
      tell({ kind: 'alive' })
      if (ticks % TICKS_PER_COUNT === 0) void this.#tellCounted()
    }
    new RepeatingTimer({ waitMs: () => TICK_MS, work }).start()
    tell({ kind: 'ready', storeIdentity: duties.storeIdentity })
    return this.#listening
  }

  #hear(message: PrimaryMessage, socket: Socket | undefined): void {
    switch (message.kind) {
      case 'listening':
        return this.#resolve.listening(message.url)
      case 'connection':
        return this.#take(message, socket)
      case 'drain':
        return this.#resolve.draining(message.signal)
      case 'finish':
        return this.#resolve.finishing()
      case 'sweep':
        return this.#duties?.sweep()
      case 'measure':
        return void this.#measure(message.id)
      case 'metrics':
        return this.#metricsRequests.get(message.id)?.(message.text)
    }
  }

  /** Nothing has been read from the connection yet, so another worker can still serve it. */
  #take(
    { number, handedOverAtMs }: Extract<PrimaryMessage, { kind: 'connection' }>,
    socket: Socket | undefined,
  ): void {
    if (monotonicMs() - handedOverAtMs > TAKE_LIMIT_MS) {
      socket?.destroy()
      tell({ kind: 'declined', number })
      return
    }
    tell({ kind: 'taken', number })
    if (socket === undefined) return
    socket.allowHalfOpen = true
    socket.setNoDelay(true)
    this.#duties?.take(socket)
  }

  async #tellCounted(): Promise<void> {
    if (this.#registry !== undefined) tell({ kind: 'counted', samples: await countedBy(this.#registry) })
  }

  async #measure(id: number): Promise<void> {
    const samples: MetricSamples = (await this.#registry?.getMetricsAsJSON()) ?? []
    tell({ kind: 'measured', id, samples })
  }

  async #askForMetrics(): Promise<string> {
    this.#lastRequestId += 1
    const id = this.#lastRequestId
    const text = await new Promise<string | undefined>((resolve) => {
      this.#metricsRequests.set(id, resolve)
      setTimeout(resolve, METRICS_LIMIT_MS, undefined).unref()
      tell({ kind: 'metrics-request', id })
    })
    this.#metricsRequests.delete(id)
    if (text === undefined) throw new Error('the metrics of the workers could not be gathered')
    return text
  }
}

/**
 * In a worker that cannot start: tells the primary why. The primary tells the operator once for
 * all.
 */
export function tellFailure(error: unknown): Promise<void> {
  return new Promise((resolve) => {
    tell({ kind: 'failure', reason: reasonOf(error) }, resolve)
  })
}

function tell(message: WorkerMessage, told: () => void = () => {}): void {
  if (process.connected && process.send !== undefined) process.send(message, undefined, undefined, told)
  else told()
}
