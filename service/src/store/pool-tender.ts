import type { Limiter } from '@streamgate/core'
import { logFailure, type Logger } from '../telemetry/log.ts'
import { RepeatingTimer } from '../time/repeating-timer.ts'

/** What a tender cannot make itself. */
export type TenderParts = {
  readonly limiter: Pick<Limiter, 'tendPools' | 'leavePools'>
  /** Called for the first failure in a row. */
  readonly failed: (error: unknown) => void
}

/** Other processes need the slots that this one does not use. */
const TEND_EVERY_MS = 1_000

/** Tends the slots that this process has leased from pools, and gives them back at its end. */
export class PoolTender {
  readonly #parts: TenderParts
  readonly #timer: RepeatingTimer
  #isFailing = false

  constructor(parts: TenderParts) {
    this.#parts = parts
    this.#timer = new RepeatingTimer({ waitMs: () => TEND_EVERY_MS, work: () => this.tend() })
  }

  start(): void {
    this.#timer.start()
  }

  /** Never rejects. */
  async tend(): Promise<void> {
    await this.#trying(() => this.#parts.limiter.tendPools())
  }

  /** Gives back what is not in use. Never rejects: other processes get it back a little later. */
  async stop(): Promise<void> {
    await this.#timer.stop()
    await this.#trying(() => this.#parts.limiter.leavePools())
  }

  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#parts.failed(error)
      this.#isFailing = true
    }
  }
}

/** A tender for a service. */
export function openTender(limiter: Limiter, logger: Logger): PoolTender {
  const failed = (err: unknown) => logFailure(logger, { err }, 'slots of pools cannot be looked after')
  return new PoolTender({ limiter, failed })
}
