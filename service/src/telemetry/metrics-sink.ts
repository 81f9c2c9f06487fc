import type { Registry } from '@prometheus-io/client'
import type { StoreCall } from '@streamgate/stores/wrappers'
import type { AnsweredRequest } from './decision-event.ts'
import type { ShownMetric } from './shown-metric.ts'

/** Which metrics system the service reports to. */
export type MetricsConfig =
  | { readonly kind: 'prometheus' }
  | { readonly kind: 'emf'; readonly functionName: string }
  | { readonly kind: 'off' }

/** What the service reports its measurements to. */
export type MetricsSink = {
  readonly storeCalled: (call: StoreCall) => void
  readonly answered: (request: AnsweredRequest) => void
  /** A decision was given up because other writes for the same user kept coming first. */
  readonly contended?: () => void
  /** A decision is made again, because another write came first. */
  readonly retried?: () => void
  /** A sweep removed so many leases that had lapsed or whose streams had finished. */
  readonly leasesRemoved?: (count: number) => void
  /** The answer to a scrape. Absent if there is nothing to scrape. */
  readonly scrape?: () => Promise<{ readonly contentType: string; readonly text: string }>
  /** Writes what was measured since the last call. Absent if metrics are scraped. */
  readonly flush?: () => void
  /**
   * Adds a metric of another part of the service to every scrape. Absent if there is nothing to
   * scrape.
   */
  readonly show?: (metric: ShownMetric) => void
}

/** Gives one worker's metrics to the primary. Returns what asks for the metrics of all workers. */
export type JoinFleet = (own: Registry) => () => Promise<string>

/** Ignores all measurements. */
export const NO_METRICS: MetricsSink = { storeCalled: () => {}, answered: () => {} }
