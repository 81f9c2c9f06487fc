/**
 * The part of a worker's metrics that must outlive it: its counts, when something last happened,
 * and its share of the live leases, which continue without it.
 */
import { Counter, Histogram, type Registry } from '@prometheus-io/client'
import type { MetricSamples } from './messages.ts'

/** A gauge that tells when something last happened, or what is left of things that were counted. */
const LASTING = /_timestamp_seconds$|^streamgate_live_leases$/

/** The counts in the metrics of this process. */
export async function countedBy(registry: Registry): Promise<MetricSamples> {
  const counting = registry
    .getMetricsAsArray()
    .filter((metric) => metric instanceof Counter || metric instanceof Histogram || LASTING.test(metric.name))
  return Promise.all((counting as unknown as readonly Counter[]).map((metric) => metric.get()))
}

/** The same part of metrics that were gathered completely. */
export function countedIn(samples: MetricSamples): MetricSamples {
  return samples.filter(({ type, name }) => /^(?:counter|histogram)$/.test(type) || LASTING.test(name))
}
