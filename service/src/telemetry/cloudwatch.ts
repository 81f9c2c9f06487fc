/**
 * What CloudWatch is told, as lines of the log in its embedded metric format: nothing is sent, and nobody waits.
 *
 * CloudWatch bills each name as a metric of its own, once for every value of its dimension. So names are few,
 * the function's name is the only dimension, and no id ever becomes one.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { StoreCall } from '@streamgate/stores/wrappers'
import { decisionsIn, type AnsweredRequest } from './decision-event.ts'
import type { MetricsSink } from './metrics-sink.ts'

/** Decisions that are counted, by their outcome. A denial is a policy's answer, and no fault. */
const COUNTED: Readonly<Record<string, string>> = {
  admitted: 'Admitted',
  renewed: 'Renewed',
  denied: 'Denied',
  evicted: 'Evicted',
}

/** More values than this of one metric may not stand in one line. */
const VALUES_MAX = 100

export type EmbeddedMetricsParts = {
  readonly functionName: string
  readonly now: () => number
  /** Writes a line to the log as it is. CloudWatch finds it only where nothing stands before or after it. */
  readonly write: (line: string) => void
}

/** Gathers what is measured until `flush` writes it in one line. */
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
    // A nought is told too: the average of these is the share of requests that failed.
    this.#count('Faults', status >= 500 ? 1 : 0)
    for (const { outcome } of decisionsIn(decision)) {
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
