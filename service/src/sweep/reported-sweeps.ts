import type { Logger } from '../telemetry/log.ts'
import type { MetricsSink } from '../telemetry/metrics-sink.ts'
import { logSweep } from './sweep-line.ts'
import { SweepMetrics } from './sweep-metrics.ts'
import { SweepTimer, type SweepTimerParts } from './sweep-timer.ts'
import type { SweepReport } from './sweep-job.ts'

/** What the timer needs besides what it reports to. */
export type ReportedSweepsParts = Omit<SweepTimerParts, 'observer'> & {
  readonly logger: Logger
  readonly metrics: MetricsSink
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A timer that sweeps, and tells the log and the metrics of each sweep. */
export function reportedSweepTimer({ logger, metrics, now, ...parts }: ReportedSweepsParts): SweepTimer {
  const counts = new SweepMetrics(now, metrics.leasesRemoved)
  for (const metric of counts.metrics) metrics.show?.(metric)
  const ended = (report: SweepReport) => {
    counts.ended(report)
    logSweep(logger, report)
  }
  return new SweepTimer({ ...parts, observer: { swept: counts.swept, ended } })
}
