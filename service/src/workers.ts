/**
 * Several worker processes on one port: the primary starts them, replaces those that die, passes a
 * signal on, and gathers their metrics.
 */
import cluster, { type Worker } from 'node:cluster'
import { AggregatorRegistry } from '@prometheus-io/client'
import type { Config } from './config.ts'
import type { Logger } from './log.ts'

/** Wait before a worker that died is replaced, so that one which dies at once does not spin. */
const RESTART_PAUSE_MS = 1000
/** Longest wait for the metrics of all workers. */
const METRICS_LIMIT_MS = 5000

type MetricsRequest = { readonly kind: 'metrics-request'; readonly id: number }
type MetricsAnswer = { readonly kind: 'metrics-answer'; readonly id: number; readonly text?: string }

/** Runs the workers until a signal says stop, or until one cannot even start; resolves with the exit code. */
export function runWorkers(config: Config, logger: Logger): Promise<number> {
  return new Promise((resolve) => {
    const fleet = new Fleet(logger, resolve)
    fleet.start(config.workers)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => fleet.stop(signal))
  })
}

class Fleet {
  readonly #logger: Logger
  readonly #finish: (exitCode: number) => void
  readonly #metrics = new AggregatorRegistry()
  /** Workers that have listened at least once: one that never did cannot be mended by another. */
  readonly #listened = new Set<number>()
  #isStopping = false
  #exitCode = 0

  constructor(logger: Logger, finish: (exitCode: number) => void) {
    this.#logger = logger
    this.#finish = finish
  }

  start(count: number): void {
    cluster.on('listening', ({ id }) => this.#listened.add(id))
    cluster.on('exit', (worker, code, signal) => this.#onExit(worker, code, signal))
    cluster.on('message', (worker, message: MetricsRequest) => {
      if (message.kind === 'metrics-request') void this.#answerMetrics(worker, message)
    })
    for (let index = 0; index < count; index += 1) cluster.fork()
  }

  stop(signal: NodeJS.Signals): void {
    const isSecond = this.#isStopping
    this.#isStopping = true
    if (!isSecond) this.#logger.info({ signal }, 'stopping workers')
    for (const worker of alive()) worker.process.kill(isSecond ? 'SIGKILL' : 'SIGTERM')
    this.#finishIfNobodyIsLeft()
  }

  #onExit(worker: Worker, code: number | null, signal: string | null): void {
    if (this.#isStopping) {
      if (code !== 0) this.#exitCode = 1
      this.#finishIfNobodyIsLeft()
      return
    }
    this.#logger.error({ worker: worker.id, code, signal }, 'worker died')
    if (this.#listened.has(worker.id)) {
      setTimeout(() => this.#isStopping || cluster.fork(), RESTART_PAUSE_MS)
      return
    }
    this.#exitCode = 1
    this.stop('SIGTERM')
  }

  #finishIfNobodyIsLeft(): void {
    if (alive().length === 0) this.#finish(this.#exitCode)
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

function alive(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

let lastRequestId = 0

/** In a worker: the metrics of all workers together. */
export function askForFleetMetrics(): Promise<string> {
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
