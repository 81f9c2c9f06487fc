/**
 * Several worker processes on one port: the primary starts them, replaces those that die, passes a
 * signal on, and gathers their metrics.
 */
import cluster, { type Worker } from 'node:cluster'
import type { Readable, Writable } from 'node:stream'
import { AggregatorRegistry, type Registry } from '@prometheus-io/client'
import type { Config } from './config.ts'
import type { Logger } from './log.ts'
import { WORKER_ARGUMENTS } from './policy/policy-relay.ts'
import { reasonOf } from './reason.ts'

/** Wait before a worker that died is replaced, so that one which dies at once does not spin. */
const RESTART_PAUSE_MS = 1000
/** Longest wait for the metrics of all workers. */
const METRICS_LIMIT_MS = 5000

/** What the primary tells a worker: stop, and which signal said so. */
type StopOrder = { readonly kind: 'stop'; readonly signal: NodeJS.Signals }
/** What the primary tells the one worker that sweeps. */
type SweepOrder = { readonly kind: 'sweep' }
/** What a worker tells its primary that cannot even start, and why. */
type Failure = { readonly kind: 'failure'; readonly reason: string }
type MetricsRequest = { readonly kind: 'metrics-request'; readonly id: number }
type MetricsAnswer = { readonly kind: 'metrics-answer'; readonly id: number; readonly text?: string }

/**
 * Runs the workers until a signal says stop; resolves with the exit code.
 *
 * @throws {Error} with its reason where a worker cannot even start.
 */
export function runWorkers(config: Config, logger: Logger): Promise<number> {
  return new Promise((resolve, reject) => {
    const fleet = new Fleet(logger, ({ exitCode, failure }) => {
      if (failure === undefined) resolve(exitCode)
      else reject(new Error(failure))
    })
    fleet.start(config.workers)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => fleet.stop(signal))
  })
}

type FleetEnd = { readonly exitCode: number; readonly failure: string | undefined }

class Fleet {
  readonly #logger: Logger
  readonly #finish: (end: FleetEnd) => void
  readonly #metrics = new AggregatorRegistry()
  /** Workers that have listened at least once: one that never did cannot be mended by another. */
  readonly #listened = new Set<number>()
  /** The worker that sweeps the store they all share. */
  #sweepingId: number | undefined
  #isStopping = false
  #exitCode = 0
  #failure: string | undefined

  constructor(logger: Logger, finish: (end: FleetEnd) => void) {
    this.#logger = logger
    this.#finish = finish
  }

  start(count: number): void {
    cluster.on('listening', ({ id }) => {
      this.#listened.add(id)
      this.#chooseSweeping()
    })
    cluster.on('exit', (worker, code, signal) => this.#onExit(worker, code, signal))
    cluster.on('message', (worker, message: MetricsRequest | Failure) => {
      if (message.kind === 'metrics-request') void this.#answerMetrics(worker, message)
      if (message.kind === 'failure') this.#failure ??= message.reason
    })
    cluster.setupPrimary({ silent: true, args: [...process.argv.slice(2), ...WORKER_ARGUMENTS] })
    for (let index = 0; index < count; index += 1) this.#fork()
  }

  stop(signal: NodeJS.Signals): void {
    const isSecond = this.#isStopping
    this.#isStopping = true
    if (!isSecond) this.#logger.info({ signal }, 'stopping workers')
    const order: StopOrder = { kind: 'stop', signal }
    for (const worker of alive()) {
      // One that does not listen yet has nothing to finish, and may be waiting for the store's lock, deaf to any order.
      if (isSecond || !this.#listened.has(worker.id)) worker.process.kill('SIGKILL')
      else if (worker.isConnected()) worker.send(order)
    }
    this.#finishIfNobodyIsLeft()
  }

  #fork(): void {
    const { stdout, stderr } = cluster.fork().process
    if (stdout !== null) passLinesOn(stdout, process.stdout)
    if (stderr !== null) passLinesOn(stderr, process.stderr)
  }

  #onExit(worker: Worker, code: number | null, signal: string | null): void {
    if (this.#isStopping) {
      if (code !== 0 && this.#listened.has(worker.id)) this.#exitCode = 1
      this.#finishIfNobodyIsLeft()
      return
    }
    this.#logger.error({ worker: worker.id, code, signal }, 'worker died')
    this.#chooseSweeping()
    if (this.#listened.has(worker.id)) {
      setTimeout(() => this.#isStopping || this.#fork(), RESTART_PAUSE_MS)
      return
    }
    this.#exitCode = 1
    this.stop('SIGTERM')
  }

  /** One worker sweeps, lest all walk the same users; where it has died, another that listens takes over. */
  #chooseSweeping(): void {
    const listening = alive().filter((worker) => this.#listened.has(worker.id) && !worker.isDead())
    if (this.#isStopping || listening.some(({ id }) => id === this.#sweepingId)) return
    const [chosen] = listening
    const order: SweepOrder = { kind: 'sweep' }
    this.#sweepingId = chosen?.id
    // One that dies before it hears of this is found dead in a moment, and another is chosen.
    chosen?.send(order, () => {})
  }

  #finishIfNobodyIsLeft(): void {
    if (alive().length === 0) this.#finish({ exitCode: this.#exitCode, failure: this.#failure })
  }

  async #answerMetrics(worker: Worker, { id }: MetricsRequest): Promise<void> {
    const answer: MetricsAnswer = { kind: 'metrics-answer', id }
    try {
      worker.send({ ...answer, text: await this.#metrics.clusterMetrics() })
    } catch (error) {
      this.#logger.warn({ err: error }, 'metrics of the workers could not be gathered')
      worker.send(answer)
    }
  }
}

/** Passes on what a worker writes, whole lines at a time: written straight to one output, lines of two workers can mix. */
function passLinesOn(from: Readable, to: Writable): void {
  let unfinished = ''
  from.setEncoding('utf8')
  from.on('data', (chunk: string) => {
    const end = chunk.lastIndexOf('\n') + 1
    if (end > 0) to.write(unfinished + chunk.slice(0, end))
    unfinished = end > 0 ? chunk.slice(end) : unfinished + chunk
  })
}

function alive(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

/**
 * In a worker: the signal with which its primary was told to stop. The worker's own signals say nothing, since a
 * terminal sends them to all processes at once. A worker whose primary is gone ends at once.
 */
export function untilToldToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => {})
    process.on('SIGTERM', () => {})
    process.on('message', (order: StopOrder) => {
      if (order.kind === 'stop') resolve(order.signal)
    })
    const { worker } = cluster
    worker?.once('disconnect', () => {
      if (!worker.exitedAfterDisconnect) endAtOnce()
    })
  })
}

/** In a worker: calls back when its primary says that this one is to sweep. */
export function whenToldToSweep(callBack: () => void): void {
  process.on('message', (order: SweepOrder) => {
    if (order.kind === 'sweep') callBack()
  })
}

/**
 * Ends this process without a word. `process.exit` would wait for the store's native thread, and that may be
 * waiting for a lock that another process holds.
 */
export function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL')
}

/** In a worker that cannot start: tells the primary why, who tells the operator once for all. */
export function tellPrimary(error: unknown): Promise<void> {
  const failure: Failure = { kind: 'failure', reason: reasonOf(error) }
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(failure, () => resolve())
  })
}

/** In a worker: offers its own metrics to the primary, and gives what asks it for those of all workers. */
export function joinFleet(own: Registry): () => Promise<string> {
  const member = new AggregatorRegistry()
  AggregatorRegistry.setRegistries([own])
  void member
  return askForFleetMetrics
}

let lastRequestId = 0

function askForFleetMetrics(): Promise<string> {
  lastRequestId += 1
  const request: MetricsRequest = { kind: 'metrics-request', id: lastRequestId }
  return new Promise((resolve, reject) => {
    const settle = (text: string | undefined) => {
      process.off('message', onMessage)
      clearTimeout(timer)
      if (text === undefined) reject(new Error('the metrics of the workers could not be gathered'))
      else resolve(text)
    }
    const onMessage = (message: MetricsAnswer) => {
      if (message.kind === 'metrics-answer' && message.id === request.id) settle(message.text)
    }
    const timer = setTimeout(() => settle(undefined), METRICS_LIMIT_MS)
    process.on('message', onMessage)
    process.send?.(request)
  })
}
