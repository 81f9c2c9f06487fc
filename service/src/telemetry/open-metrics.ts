import { EmbeddedMetrics } from './cloudwatch.ts'
import { NO_METRICS, type JoinFleet, type MetricsConfig, type MetricsSink } from './metrics-sink.ts'

/** What the metrics need from the rest of the service. */
export type MetricsParts = {
  /** Writes a line to the log, unchanged. */
  readonly writeLine: (line: string) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Present if this process is one of several workers. */
  readonly joinFleet?: JoinFleet | undefined
}

/**
 * The metrics that a configuration names. Only this loads Prometheus' client, so a Lambda never
 * does.
 */
export async function openMetrics(config: MetricsConfig, parts: MetricsParts): Promise<MetricsSink> {
  switch (config.kind) {
    case 'prometheus': {
      const { Metrics } = await import('./prometheus.ts')
      return new Metrics(parts.joinFleet)
    }
    case 'emf': {
      const { functionName } = config
      return new EmbeddedMetrics({ functionName, now: parts.now, write: parts.writeLine })
    }
    case 'off':
      return NO_METRICS
  }
}
