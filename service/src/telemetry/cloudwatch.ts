/**
 * Metrics for CloudWatch, as log lines in its embedded metric format. So no request waits for a
 * call to CloudWatch.
 *
 * CloudWatch bills each name as a metric, once for every value of its dimension. So names are few,
 * the function's name is the only dimension, and an id is never one.
 *
 * @see
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { StoreCall } from '@streamgate/stores/wrappers'
import { decisionsIn, type AnsweredRequest } from './decision-event.ts'
import type { MetricsSink } from './metrics-sink.ts'

/** The outcomes that are counted. A denial is an answer, not a failure. */
const COUNTED: Readonly<Record<string, string>> = {
  admitted: 'Admitted',
  renewed: 'Renewed',
  denied: 'Denied',
  evicted: 'Evicted',
}

/** A line can hold at most this many values of one metric. */
const VALUES_MAX = 100

export type EmbeddedMetricsParts = {
  readonly functionName: string
  readonly now: () => number
  /**
   * Writes a line to the log, unchanged. CloudWatch finds it only if the line holds nothing else.
   */
  readonly write: (line: string) => void
}

/** Collects measurements until `flush` writes them in one line. */
export class EmbeddedMetrics implements MetricsSink {
  readonly #parts: EmbeddedMetricsParts
  #counts = new Map<string, number>()
  #times = new Map<string, number[]>()

  constructor(parts: EmbeddedMetricsParts) {
    this.#parts = parts
  }

  readonly storeCalled = ({ seconds }: StoreCall): void => this.#took('StoreTime', seconds)

  readonly answered = ({ status, seconds, decision }: AnsweredRequest): void => {
    this.#took('RequestTime', seconds)
    // A zero counts too: the average is the share of requests that failed.
    this.#count('Faults', status >= 500 ? 1 : 0)
    for (const { outcome, isDegraded } of decisionsIn(decision)) {
      if (isDegraded === true) this.#count('Degraded', 1)
      const name = COUNTED[outcome]
      if (name !== undefined) this.#count(name, 1)
    }
  }

  readonly flush = (): void => {
    if (this.#counts.size + this.#times.size === 0) return
    const { functionName, now, write } = this.#parts
    const metrics = [
      ...[...this.#counts.keys()].map((Name) => ({ Name, Unit: 'Count' })),
      ...[...this.#times.keys()].map((Name) => ({ Name, Unit: 'Milliseconds' })),
    ]
    const directive = { Namespace: 'Streamgate', Dimensions: [['FunctionName']], Metrics: metrics }
    const line = {
      _aws: { Timestamp: now(), CloudWatchMetrics: [directive] },
      FunctionName: functionName,
      ...Object.fromEntries([...this.#counts, ...this.#times]),
    }
    this.#counts = new Map()
    this.#times = new Map()
    write(JSON.stringify(line))
  }

  #count(name: string, by: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by)
  }

  #took(name: string, seconds: number): void {
    if (this.#times.get(name)?.length === VALUES_MAX) this.flush()
    const values = this.#times.get(name) ?? []
    this.#times.set(name, values)
    values.push(Math.round(seconds * 1e6) / 1e3)
  }
}
