import type { Limiter } from '@streamgate/core'
import { logFailure, type Logger } from '../telemetry/log.ts'
import { RepeatingTimer } from '../time/repeating-timer.ts'

/** What a refresher cannot make itself. */
export type RefresherParts = {
  readonly limiter: Pick<Limiter, 'refreshFinished'>
  /** The longest time between two reads. */
  readonly everyMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Called for the first failure in a row. Decisions go on with what was known before. */
  readonly failed: (error: unknown) => void
}

/** Reads again and again which streams have finished, so that this process knows. */
export class FinishedRefresher {
  readonly #parts: RefresherParts
  readonly #timer: RepeatingTimer
  #refreshedAtMs = Number.NEGATIVE_INFINITY
  #underWay: Promise<void> | undefined
  #isFailing = false

  constructor(parts: RefresherParts) {
    this.#parts = parts
    this.#timer = new RepeatingTimer({ waitMs: () => parts.everyMs, work: () => this.#refreshOnce() })
  }

  /** Reads if the last read is too long ago. Never rejects. */
  async ifStale(): Promise<void> {
    const { now, everyMs } = this.#parts
    if (now() - this.#refreshedAtMs >= everyMs) await this.#refreshOnce()
  }

  /** Reads at once, and then again and again until `stop()`. */
  async start(): Promise<void> {
    await this.#refreshOnce()
    this.#timer.start()
  }

  /** No further read begins. Resolves once the read under way is done. */
  stop(): Promise<void> {
    return this.#timer.stop()
  }

  /** A call during a read waits for that read. */
  #refreshOnce(): Promise<void> {
    this.#underWay ??= this.#refresh().finally(() => {
      this.#underWay = undefined
    })
    return this.#underWay
  }

  async #refresh(): Promise<void> {
    const { limiter, now, failed } = this.#parts
    const askedAtMs = now()
    try {
      await limiter.refreshFinished()
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) failed(error)
      this.#isFailing = true
    }
    this.#refreshedAtMs = askedAtMs
  }
}

/** A refresher for a service. */
export function openRefresher(
  { finishedRefreshMs, now }: { readonly finishedRefreshMs: number; readonly now: () => number },
  limiter: Limiter,
  logger: Logger,
): FinishedRefresher {
  return new FinishedRefresher({
    limiter,
    everyMs: finishedRefreshMs,
    now,
    failed: (error) => logFailure(logger, { err: error }, 'which streams have finished cannot be read'),
  })
}
