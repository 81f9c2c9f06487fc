import { AuditLog, type AuditOptions } from './audit-log.ts'
import { isContention } from '@streamgate/core'
import type { AnsweredRequest, Decisions, RequestFacts, RequestObserver } from './decision-event.ts'
import type { Log } from './log.ts'
import type { MetricsSink } from './metrics-sink.ts'

/** The size of a batch, and how long its first request waits for the others. */
const BATCH_MAX = 64
const WAIT_MS = 100

/**
 * Reports answered requests to the log and the metrics in batches, after their answers are sent.
 *
 * To report each request after its answer cost more than to decide it, because that code was never
 * in the processor's caches. 64 in a row cost a third. Failures are reported at once.
 */
export class BatchedObserver implements RequestObserver {
  readonly #tell: (request: AnsweredRequest) => void
  readonly #tellFailure: RequestObserver['failed']
  readonly #now: () => number
  #batch: AnsweredRequest[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(parts: {
    readonly tell: (request: AnsweredRequest) => void
    readonly tellFailure: RequestObserver['failed']
    readonly now: () => number
  }) {
    this.#tell = parts.tell
    this.#tellFailure = parts.tellFailure
    this.#now = parts.now
  }

  answered(about: RequestFacts, decision: Decisions | undefined): void {
    this.#batch.push({ ...about, decision, atMs: this.#now() })
    if (this.#batch.length >= BATCH_MAX) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), WAIT_MS)
  }

  failed(error: unknown, about: RequestFacts): void {
    this.flush()
    this.#tellFailure(error, about)
  }

  /** Reports what has not been reported yet. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#batch
    this.#batch = []
    for (const request of batch) this.#tell(request)
  }
}

/** What the log and the metrics of a service are told by. */
export type ObserverParts = {
  readonly log: Log
  /** Where the audit goes. */
  readonly config: AuditOptions
  readonly metrics: MetricsSink
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Tells the log, the audit and the metrics of a service. */
export function openObserver({ log, config, metrics, now }: ObserverParts): BatchedObserver {
  const audit = new AuditLog(config, log.logger)
  return new BatchedObserver({
    tell: (request) => {
      metrics.answered(request)
      log.decision(request)
      audit.answered(request)
    },
    tellFailure: (error, about) => {
      if (isContention(error)) metrics.contended?.()
      log.failure(error, about)
    },
    now,
  })
}
