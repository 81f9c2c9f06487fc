import { isStoreFailure } from '@streamgate/core'
import type { StoreCall } from '@streamgate/stores/wrappers'
import type { Logger } from '../telemetry/log.ts'

/** What a watch cannot make itself. */
export type StoreWatchParts = {
  readonly logger: Pick<Logger, 'error' | 'info'>
  /** Milliseconds since any instant. They never go back. */
  readonly monotonicMs: () => number
}

/**
 * How long no call may fail before the store counts as back. If it answers some calls and fails
 * others, it is not back.
 */
const QUIET_MS = 5_000
/** Time between two lines about a store that is still away. */
const REMINDER_MS = 60_000

/** The time in which the store was away. */
type Outage = {
  readonly sinceMs: number
  lastFailureMs: number
  lastLineMs: number
  /** Calls that failed, the first one included. */
  failures: number
}

/**
 * Tells the log when the store goes away and when it is back: a line for each, and one a minute in
 * between. So an outage of any length under any load is a few lines.
 */
export class StoreWatch {
  readonly #parts: StoreWatchParts
  #outage: Outage | undefined

  constructor(parts: StoreWatchParts) {
    this.#parts = parts
  }

  /** Takes note of a call that returned. */
  readonly called = ({ failed, error, verb }: Pick<StoreCall, 'failed' | 'error' | 'verb'>): void => {
    if (failed && isStoreFailure(error)) this.#failed(error, verb)
    else if (!failed && this.#outage !== undefined) this.#answered(this.#outage)
  }

  #failed(err: unknown, verb: StoreCall['verb']): void {
    const { logger, monotonicMs } = this.#parts
    const nowMs = monotonicMs()
    if (this.#outage === undefined) {
      this.#outage = { sinceMs: nowMs, lastFailureMs: nowMs, lastLineMs: nowMs, failures: 1 }
      logger.error({ err, verb }, 'store unavailable')
      return
    }
    this.#outage.failures += 1
    this.#outage.lastFailureMs = nowMs
    if (nowMs - this.#outage.lastLineMs < REMINDER_MS) return
    this.#outage.lastLineMs = nowMs
    logger.error({ err, verb, ...summaryOf(this.#outage) }, 'store still unavailable')
  }

  #answered(outage: Outage): void {
    const { logger, monotonicMs } = this.#parts
    if (monotonicMs() - outage.lastFailureMs < QUIET_MS) return
    this.#outage = undefined
    logger.info(summaryOf(outage), 'store available again')
  }
}

/** The seconds go from the first to the last failure. */
function summaryOf({ failures, sinceMs, lastFailureMs }: Outage) {
  return { failures, seconds: Math.round(lastFailureMs - sinceMs) / 1000 }
}
