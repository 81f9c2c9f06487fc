import { statSync, type BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { identityOf } from './file-identity.ts'

/**
 * Shorter than a process takes to start: a second service in a new folder finds this one's store
 * closed.
 */
const LOOK_EVERY_MS = 250

/**
 * Notices if the path of an open file no longer leads to that file, or if the file is cut short. A
 * process can go on using a deleted file without an error, while another process opens a new one.
 * Looks by a timer, so calls to the store cost nothing more.
 */
export class FileWatch {
  readonly #path: string
  readonly #tell: (fault: string) => void
  readonly #opened: BigIntStats
  readonly #timer: NodeJS.Timeout
  #largest: bigint
  #fault: string | undefined
  #isLooking = false
  #isStopped = false

  /**
   * @param tell is told of each fault once, and of its end.
   * @throws {NodeJS.ErrnoException} if there is no such file.
   */
  constructor(path: string, tell: (fault: string) => void) {
    this.#path = path
    this.#tell = tell
    this.#opened = statSync(path, { bigint: true })
    this.#largest = this.#opened.size
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref()
  }

  /** Why the file must not be used, with its path, or `undefined` if it may be. */
  get fault(): string | undefined {
    return this.#fault && `${this.#path} ${this.#fault}`
  }

  /** The identity of the file that was opened. */
  get identity(): string {
    return identityOf(this.#opened)
  }

  stop(): void {
    this.#isStopped = true
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    const fault = await stat(this.#path, { bigint: true }).then(
      (stats) => this.#judge(stats),
      (error: NodeJS.ErrnoException) => `is gone (${error.code})`,
    )
    this.#isLooking = false
    if (this.#isStopped || fault === this.#fault) return
    this.#fault = fault
    this.#tell(`${this.#path} ${fault ?? 'is back'}`)
  }

  #judge(stats: BigIntStats): string | undefined {
    if (identityOf(stats) !== this.identity) return 'is no longer the file that was opened'
    if (stats.size < this.#largest) return 'was cut short while it was open'
    this.#largest = stats.size
    return undefined
  }
}
