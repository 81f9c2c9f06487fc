import { Counter, Gauge, type Registry } from '@prometheus-io/client'

/**
 * A metric whose value is asked for at each scrape. Parts of the service describe theirs like this.
 */
export type ShownMetric = {
  readonly kind: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  /** The name of its label, if it has one. */
  readonly label?: string
  /** How the values of several workers become one: their sum, or the highest. */
  readonly aggregator?: 'sum' | 'max'
  /** The value now. With a label, one value for each value of the label. */
  readonly valueNow: () => number | Readonly<Record<string, number>>
}

/** Adds the metric to a registry. */
export function showMetric(registry: Registry, metric: ShownMetric): void {
  registry.registerMetric(metric.kind === 'gauge' ? gaugeOf(metric) : counterOf(metric))
}

function gaugeOf(metric: ShownMetric): Gauge {
  return new Gauge({
    ...optionsOf(metric),
    collect() {
      for (const { labels, value } of valuesOf(metric)) this.set(labels, value)
    },
  })
}

function counterOf(metric: ShownMetric): Counter {
  return new Counter({
    ...optionsOf(metric),
    collect() {
      this.reset()
      for (const { labels, value } of valuesOf(metric)) this.inc(labels, value)
    },
  })
}

function optionsOf({ name, help, label, aggregator = 'sum' }: ShownMetric) {
  return { name, help, aggregator, labelNames: label === undefined ? [] : [label], registers: [] }
}

function valuesOf({ label = '', valueNow }: ShownMetric) {
  const value = valueNow()
  if (typeof value === 'number') return [{ labels: {}, value }]
  return Object.entries(value).map(([text, one]) => ({ labels: { [label]: text }, value: one }))
}
