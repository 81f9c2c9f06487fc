/**
 * The part of a worker's metrics that must outlive it: its counts, and when something last
 * happened.
 */
import { Counter, Histogram, type Registry } from '@prometheus-io/client'
import type { MetricSamples } from './messages.ts'

/** A gauge that tells when something last happened. */
const INSTANT = /_timestamp_seconds$/

/** The counts in the metrics of this process. */
export async function countedBy(registry: Registry): Promise<MetricSamples> {
  const counting = registry
    .getMetricsAsArray()
    .filter((metric) => metric instanceof Counter || metric instanceof Histogram || INSTANT.test(metric.name))
  return Promise.all((counting as unknown as readonly Counter[]).map((metric) => metric.get()))
}

/** The same part of metrics that were gathered completely. */
export function countedIn(samples: MetricSamples): MetricSamples {
  return samples.filter(({ type, name }) => /^(?:counter|histogram)$/.test(type) || INSTANT.test(name))
}
