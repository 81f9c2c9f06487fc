/**
 * Several worker processes on one port, as their primary sees them: it starts them, replaces those that die, gives them
 * their connections, passes a signal on, and gathers their metrics.
 */
import cluster, { type Worker } from 'node:cluster'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../settings/settings.ts'
import { graceOf } from './drain-grace.ts'
import type { Log, Logger } from '../telemetry/log.ts'
import { WORKER_ARGUMENTS } from './policy-relay.ts'
import { reasonOf } from '../text/reason.ts'
import { Dispatcher } from './dispatcher.ts'
import { FleetMetrics, type WorkerStates } from './fleet-metrics.ts'
import { LineRelay } from './line-relay.ts'
import { TICK_MS, type PrimaryMessage, type WorkerMessage } from './messages.ts'

/** Wait before a worker that died is replaced, so that one which dies at once does not spin. */
const RESTART_PAUSE_MS = 1000
/** After so many ticks without a word, which is 2 s, a worker is silent. */
const SILENT_TICKS = 4
/** After so many ticks, which is 3 s, a worker that is not ready is slow. */
const SLOW_START_TICKS = 6
/** Longest wait for the workers to end once no more connections come: more than one of them waits for its last requests. */
const END_LIMIT_MS = 13_000

/**
 * Runs the workers until a signal says stop; resolves with the exit code.
 *
 * @throws {Error} with its reason if a worker cannot even start, or the address cannot be had.
 */
export function runWorkers(config: Config, log: Log): Promise<number> {
  return new Promise((resolve, reject) => {
    const fleet = new Fleet(config, log, ({ exitCode, failure }) => {
      if (failure === undefined) resolve(exitCode)
      else reject(new Error(failure))
    })
    fleet.start()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => fleet.stop(signal))
  })
}

type FleetEnd = { readonly exitCode: number; readonly failure: string | undefined }

/** A worker process, from its start until it is gone. */
type Member = {
  readonly worker: Worker
  /** Whether it has been able to take connections: if it never was, another would not be either. */
  isReady: boolean
  /** How often the clock has ticked since its last word; since its start as long as it is not ready. */
  ticks: number
}

class Fleet {
  readonly #config: Config
  readonly #logger: Logger
  readonly #finish: (end: FleetEnd) => void
  readonly #members = new Map<number, Member>()
  readonly #metrics: FleetMetrics
  readonly #output = new LineRelay(process.stdout)
  readonly #errors = new LineRelay(process.stderr)
  readonly #dispatcher = new Dispatcher(({ id }) => isAnswering(this.#members.get(id)))
  #url: Promise<string> | undefined
  /** Of the store that the first worker opened. */
  #storeIdentity: string | undefined
  /** The worker that sweeps the store they all share. */
  #sweepingId: number | undefined
  #isStopping = false
  #exitCode = 0
  #failure: string | undefined

  constructor(config: Config, log: Log, finish: (end: FleetEnd) => void) {
    this.#config = config
    this.#logger = log.logger
    this.#metrics = new FleetMetrics({
      states: () => this.#states,
      droppedLines: () => log.droppedLines,
    })
    this.#finish = finish
  }

  start(): void {
    cluster.on('message', (worker, message: WorkerMessage) => this.#hear(worker, message))
    cluster.on('disconnect', ({ id }) => this.#metrics.gone(id))
    cluster.on('exit', (worker, code, signal) => this.#onExit(worker, code, signal))
    cluster.setupPrimary({ silent: true, args: [...process.argv.slice(2), ...WORKER_ARGUMENTS] })
    for (let index = 0; index < this.#config.workers; index += 1) this.#fork()
    setInterval(() => this.#tick(), TICK_MS).unref()
  }

  stop(signal: NodeJS.Signals): void {
    const isSecond = this.#isStopping
    this.#isStopping = true
    if (!isSecond) this.#logger.info({ signal }, 'stopping workers')
    for (const { worker, isReady } of this.#members.values()) {
      // One that is not ready has nothing to finish, and may be waiting for the store's lock, deaf to any order.
      if (isSecond || !isReady) worker.process.kill('SIGKILL')
      else tell(worker, { kind: 'drain', signal })
    }
    if (!isSecond) void this.#windDown(signal)
    this.#finishIfNobodyIsLeft()
  }

  /** Closes the port first and lets the workers go only then, so that no connection comes to one that has gone. */
  async #windDown(signal: NodeJS.Signals): Promise<void> {
    await graceOf(this.#config, signal)
    await this.#dispatcher.close()
    for (const { worker } of this.#members.values()) tell(worker, { kind: 'finish' })
    await pause(END_LIMIT_MS, undefined, { ref: false })
    for (const { worker } of this.#members.values()) worker.process.kill('SIGKILL')
  }

  get #states(): WorkerStates {
    const members = [...this.#members.values()]
    const ready = members.filter(isAnswering).length
    const starting = members.filter(({ isReady }) => !isReady).length
    return { ready, starting, silent: members.length - ready - starting }
  }

  #fork(): void {
    const worker = cluster.fork()
    this.#members.set(worker.id, { worker, isReady: false, ticks: 0 })
    const { stdout, stderr } = worker.process
    if (stdout !== null) this.#output.add(stdout)
    if (stderr !== null) this.#errors.add(stderr)
  }

  #tick(): void {
    for (const member of this.#members.values()) {
      member.ticks += 1
      if (member.ticks === (member.isReady ? SILENT_TICKS : SLOW_START_TICKS)) this.#sayQuiet(member)
    }
    this.#dispatcher.tick()
  }

  #sayQuiet({ worker, isReady }: Member): void {
    const message = isReady
      ? 'worker is silent, it gets no new connections'
      : 'worker has not started yet, its store may be locked by another process'
    this.#logger.warn({ worker: worker.id }, message)
  }

  #hear(worker: Worker, message: WorkerMessage): void {
    const member = this.#members.get(worker.id)
    if (member === undefined) return
    const wasSilent = member.isReady && !isAnswering(member)
    if (member.isReady) member.ticks = 0
    if (wasSilent) this.#logger.info({ worker: worker.id }, 'worker answers again')
    switch (message.kind) {
      case 'alive':
        return
      case 'ready':
        return void this.#welcome(member)
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
        return void this.#answerMetrics(worker, message.id)
    }
  }

  async #welcome(member: Member): Promise<void> {
    const { worker } = member
    member.isReady = true
    member.ticks = 0
    this.#storeIdentity ??= this.#config.store.identity()
    this.#metrics.counted(worker.id, [])
    this.#chooseSweeping()
    try {
      this.#url ??= this.#dispatcher.open(this.#config)
      tell(worker, { kind: 'listening', url: await this.#url })
      this.#dispatcher.add(worker)
    } catch (error) {
      this.#failure ??= reasonOf(error)
      this.#exitCode = 1
      if (!this.#isStopping) this.stop('SIGINT')
    }
  }

  #onExit(worker: Worker, code: number | null, signal: string | null): void {
    const wasReady = this.#members.get(worker.id)?.isReady === true
    this.#members.delete(worker.id)
    if (this.#isStopping) {
      if (code !== 0 && wasReady) this.#exitCode = 1
      this.#finishIfNobodyIsLeft()
      return
    }
    this.#logger.error({ worker: worker.id, code, signal }, 'worker died')
    this.#chooseSweeping()
    if (wasReady) {
      setTimeout(() => this.#isStopping || this.#replace(), RESTART_PAUSE_MS)
      return
    }
    this.#exitCode = 1
    this.stop('SIGTERM')
  }

  /** Starts a successor, unless that would open another store than the workers that are left. */
  #replace(): void {
    const { store } = this.#config
    if (store.identity() === this.#storeIdentity) return this.#fork()
    this.#failure ??= `--store ${store.text} is no longer the store that this service opened`
    this.#exitCode = 1
    this.stop('SIGTERM')
  }

  /** One worker sweeps, because all would walk the same users; if it dies, another takes over. */
  #chooseSweeping(): void {
    const ready = [...this.#members.values()].filter(({ isReady }) => isReady)
    if (this.#isStopping || ready.some(({ worker }) => worker.id === this.#sweepingId)) return
    const chosen = ready[0]?.worker
    this.#sweepingId = chosen?.id
    if (chosen !== undefined) tell(chosen, { kind: 'sweep' })
  }

  #finishIfNobodyIsLeft(): void {
    if (this.#members.size > 0) return
    this.#dispatcher.abandon()
    this.#finish({ exitCode: this.#exitCode, failure: this.#failure })
  }

  async #answerMetrics(asker: Worker, id: number): Promise<void> {
    const questions = [...this.#members.values()].filter(isAnswering).map(({ worker }) => ({
      workerId: worker.id,
      send: (question: number) => tell(worker, { kind: 'measure', id: question }),
    }))
    try {
      tell(asker, { kind: 'metrics', id, text: await this.#metrics.text(questions) })
    } catch (error) {
      this.#logger.warn({ err: error }, 'metrics of the workers could not be gathered')
      tell(asker, { kind: 'metrics', id })
    }
  }
}

function isAnswering(member: Member | undefined): boolean {
  return member?.isReady === true && member.ticks < SILENT_TICKS
}

/** Tells a worker something; one that is gone is found so by its end, and not by this. */
function tell(worker: Worker, message: PrimaryMessage): void {
  if (worker.isConnected()) worker.send(message, () => {})
}
