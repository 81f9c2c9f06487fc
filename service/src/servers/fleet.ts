/**
 * The primary of several workers on one port. It starts them, replaces those that die, gives them
 * their connections, forwards signals, and gathers their metrics.
 */
import cluster, { type Worker } from 'node:cluster'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../settings/settings.ts'
import type { Log } from '../telemetry/log.ts'
import { reasonOf } from '../text/reason.ts'
import { RepeatingTimer } from '../time/repeating-timer.ts'
import { Dispatcher } from './dispatcher.ts'
import { graceOf } from './drain-grace.ts'
import { FleetMetrics } from './fleet-metrics.ts'
import { keyFlags } from './key-relay.ts'
import { Members, type Member } from './members.ts'
import { TICK_MS, type WorkerMessage } from './messages.ts'

/** Wait before a worker that died is replaced, so that one that dies at its start does not spin. */
const RESTART_PAUSE_MS = 1000
/**
 * Longest wait for the workers to end once the port is closed. Each waits 10 s for its last
 * requests.
 */
const END_LIMIT_MS = 13_000

/** What a primary needs. */
export type FleetParts = {
  readonly config: Config
  readonly log: Log
  /** Called with the URL once the port is open. */
  readonly onListening: (url: string) => void
}

/**
 * Runs the workers until a signal says stop. Resolves with the exit code.
 *
 * @throws {Error} with its reason if a worker cannot start, or the address is not available.
 */
export function runWorkers(parts: FleetParts): Promise<number> {
  return new Promise((resolve, reject) => {
    const fleet = new Fleet(parts, ({ exitCode, failure }) => {
      if (failure === undefined) resolve(exitCode)
      else reject(new Error(failure))
    })
    fleet.start()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => fleet.stop(signal))
  })
}

type FleetEnd = { readonly exitCode: number; readonly failure: string | undefined }

class Fleet {
  readonly #parts: FleetParts
  readonly #finish: (end: FleetEnd) => void
  readonly #members = new Members()
  readonly #metrics: FleetMetrics
  readonly #dispatcher = new Dispatcher(({ id }) => this.#members.get(id)?.isAnswering === true)
  #url: Promise<string> | undefined
  /** The store that the first worker opened. */
  #store: { readonly identity: string | undefined } | undefined
  /** The worker that sweeps the store for all. */
  #sweepingId: number | undefined
  #isStopping = false
  #exitCode = 0
  #failure: string | undefined

  constructor(parts: FleetParts, finish: (end: FleetEnd) => void) {
    this.#parts = parts
    this.#finish = finish
    this.#metrics = new FleetMetrics({
      states: () => this.#members.states,
      droppedLines: () => parts.log.droppedLines,
    })
  }

  start(): void {
    const { config, log } = this.#parts
    cluster.on('message', (worker, message: WorkerMessage) => this.#hear(worker, message))
    cluster.on('disconnect', ({ id }) => this.#metrics.gone(id))
    cluster.on('exit', (worker, code, signal) => this.#onExit(worker, code, signal))
    // The primary alone reads the files, and it alone sees the terminal.
    const own = [...keyFlags(config), '--policy=', `--log-format=${log.isText ? 'text' : 'json'}`]
    cluster.setupPrimary({ silent: true, args: [...process.argv.slice(2), ...own] })
    for (let index = 0; index < config.workers; index += 1) this.#fork()
    new RepeatingTimer({ waitMs: () => TICK_MS, work: () => this.#tick() }).start()
  }

  stop(signal: NodeJS.Signals): void {
    const isSecond = this.#isStopping
    this.#isStopping = true
    if (!isSecond) this.#parts.log.logger.info({ signal }, 'stopping workers')
    for (const member of this.#members.all) {
      // A worker that is not ready has no requests. It may be waiting for the store's lock, and
      // hears no message.
      if (isSecond || !member.isReady) member.kill()
      else member.tell({ kind: 'drain', signal })
    }
    if (!isSecond) void this.#windDown(signal)
    this.#finishIfAllAreGone()
  }

  /**
   * Closes the port before the workers go, so that no connection is handed to a worker that has
   * gone.
   */
  async #windDown(signal: NodeJS.Signals): Promise<void> {
    await graceOf(this.#parts.config, signal)
    await this.#dispatcher.close()
    for (const member of this.#members.all) member.tell({ kind: 'finish' })
    await pause(END_LIMIT_MS, undefined, { ref: false })
    for (const member of this.#members.all) member.kill()
  }

  /** Workers write to pipes. If the primary's output shows colours, theirs should have them too. */
  #fork(): void {
    const hasColours = this.#parts.log.isText && process.stdout.isTTY && process.stdout.hasColors()
    this.#members.fork(hasColours ? { FORCE_COLOR: '1' } : {})
  }

  #tick(): void {
    for (const member of this.#members.all) if (member.tick()) this.#warnOfQuiet(member)
    this.#dispatcher.tick()
  }

  #warnOfQuiet({ id, isReady }: Member): void {
    const message = isReady
      ? 'worker is silent, it gets no new connections'
      : 'worker has not started yet, its store may be locked by another process'
    this.#parts.log.logger.warn({ worker: id }, message)
  }

  #hear(worker: Worker, message: WorkerMessage): void {
    const member = this.#members.get(worker.id)
    if (member === undefined) return
    if (member.hear()) this.#parts.log.logger.info({ worker: worker.id }, 'worker answers again')
    switch (message.kind) {
      case 'alive':
        return
      case 'ready':
        return void this.#welcome(member, message.storeIdentity)
      case 'failure':
        this.#failure ??= message.reason
        return
      case 'taken':
      case 'declined':
        return this.#dispatcher.settle(worker, message.number, message.kind === 'taken')
      case 'counted':
        return this.#metrics.counted(worker.id, message.samples)
      case 'measured':
        return this.#metrics.measured(message.id, message.samples)
      case 'metrics-request':
        return void this.#answerMetrics(member, message.id)
    }
  }

  async #welcome(member: Member, identity: string | undefined): Promise<void> {
    this.#store ??= { identity }
    // It gets no connection: it would decide beside the other workers, on other files.
    if (this.#store.identity !== identity) return this.#failByLostStore()
    member.welcome()
    this.#metrics.counted(member.id, [])
    this.#chooseSweeping()
    try {
      this.#url ??= this.#open()
      member.tell({ kind: 'listening', url: await this.#url })
      this.#dispatcher.add(member.worker)
    } catch (error) {
      this.#fail(reasonOf(error), 'SIGINT')
    }
  }

  async #open(): Promise<string> {
    const url = await this.#dispatcher.open(this.#parts.config)
    this.#parts.onListening(url)
    return url
  }

  #onExit(worker: Worker, code: number | null, signal: string | null): void {
    const wasReady = this.#members.remove(worker.id)?.isReady === true
    if (this.#isStopping) {
      if (code !== 0 && wasReady) this.#exitCode = 1
      this.#finishIfAllAreGone()
      return
    }
    this.#parts.log.logger.error({ worker: worker.id, code, signal }, 'worker died')
    this.#chooseSweeping()
    if (wasReady) setTimeout(() => this.#isStopping || this.#replace(), RESTART_PAUSE_MS)
    else this.#fail(undefined, 'SIGTERM')
  }

  /** Starts a new worker, unless it would open another store than the workers that are left. */
  #replace(): void {
    if (this.#parts.config.store.identity() === this.#store?.identity) return this.#fork()
    this.#failByLostStore()
  }

  #failByLostStore(): void {
    const { text } = this.#parts.config.store
    this.#fail(`--store ${text} is no longer the store that this service opened`, 'SIGTERM')
  }

  #fail(reason: string | undefined, signal: NodeJS.Signals): void {
    this.#failure ??= reason
    this.#exitCode = 1
    if (!this.#isStopping) this.stop(signal)
  }

  /** One worker sweeps, because all would sweep the same users. If it dies, another takes over. */
  #chooseSweeping(): void {
    const ready = this.#members.all.filter(({ isReady }) => isReady)
    if (this.#isStopping || ready.some(({ id }) => id === this.#sweepingId)) return
    this.#sweepingId = ready[0]?.id
    ready[0]?.tell({ kind: 'sweep' })
  }

  #finishIfAllAreGone(): void {
    if (this.#members.all.length > 0) return
    this.#dispatcher.abandon()
    this.#finish({ exitCode: this.#exitCode, failure: this.#failure })
  }

  async #answerMetrics(asker: Member, id: number): Promise<void> {
    const questions = this.#members.answering.map((member) => ({
      workerId: member.id,
      send: (question: number) => member.tell({ kind: 'measure', id: question }),
    }))
    try {
      asker.tell({ kind: 'metrics', id, text: await this.#metrics.text(questions) })
    } catch (error) {
      this.#parts.log.logger.warn({ err: error }, 'metrics of the workers could not be gathered')
      asker.tell({ kind: 'metrics', id })
    }
  }
}
