/**
 * The worker processes, as their primary sees them.
 */
import cluster, { type Worker } from 'node:cluster'
import type { WorkerStates } from './fleet-metrics.ts'
import { LineRelay } from './line-relay.ts'
import type { PrimaryMessage } from './messages.ts'

/** A worker is silent after this many ticks without a message, which is 2 s. */
const SILENT_TICKS = 4
/** A worker that is not ready after this many ticks, which is 3 s, starts slowly. */
const SLOW_START_TICKS = 6

/** A worker process, from its start until it is gone. */
export class Member {
  readonly worker: Worker
  #isReady = false
  /** Since its last message. Until it is ready, since its start. */
  #ticks = 0

  constructor(worker: Worker) {
    this.worker = worker
  }

  get id(): number {
    return this.worker.id
  }

  /**
   * Whether it has ever been able to take connections. If not, a replacement would not be either.
   */
  get isReady(): boolean {
    return this.#isReady
  }

  get isAnswering(): boolean {
    return this.#isReady && this.#ticks < SILENT_TICKS
  }

  welcome(): void {
    this.#isReady = true
    this.#ticks = 0
  }

  /** Counts a tick. Returns whether the worker is quiet since this very tick. */
  tick(): boolean {
    this.#ticks += 1
    return this.#ticks === (this.#isReady ? SILENT_TICKS : SLOW_START_TICKS)
  }

  /** A message has come. Returns whether the worker had been silent before. */
  hear(): boolean {
    const wasSilent = this.#isReady && !this.isAnswering
    if (this.#isReady) this.#ticks = 0
    return wasSilent
  }

  /**
   * Sends a message. If the worker is gone, its exit event tells, so a failure to send is ignored.
   */
  tell(message: PrimaryMessage): void {
    if (this.worker.isConnected()) this.worker.send(message, () => {})
  }

  kill(): void {
    this.worker.process.kill('SIGKILL')
  }
}

/** All worker processes that are there. */
export class Members {
  readonly #byId = new Map<number, Member>()
  readonly #output = new LineRelay(process.stdout)
  readonly #errors = new LineRelay(process.stderr)

  /** Starts a worker with this environment besides the primary's. */
  fork(environment: Readonly<Record<string, string>>): void {
    const worker = cluster.fork(environment)
    this.#byId.set(worker.id, new Member(worker))
    const { stdout, stderr } = worker.process
    if (stdout !== null) this.#output.add(stdout)
    if (stderr !== null) this.#errors.add(stderr)
  }

  get(id: number): Member | undefined {
    return this.#byId.get(id)
  }

  /** Forgets a worker that is gone. Returns it. */
  remove(id: number): Member | undefined {
    const member = this.#byId.get(id)
    this.#byId.delete(id)
    return member
  }

  get all(): readonly Member[] {
    return [...this.#byId.values()]
  }

  get answering(): readonly Member[] {
    return this.all.filter(({ isAnswering }) => isAnswering)
  }

  get states(): WorkerStates {
    const ready = this.answering.length
    const starting = this.all.filter(({ isReady }) => !isReady).length
    return { ready, starting, silent: this.all.length - ready - starting }
  }
}
