/** The statistics of benchmarks. */

/** A figure that was measured several times: the value in the middle, and the middle half. */
export type Spread = { readonly median: number; readonly low: number; readonly high: number }

/** The value in the middle, or halfway between the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(ascending(values), 0.5)
}

/** The median, and the quartiles on its two sides. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = ascending(values)
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) }
}

/** The value below which this share of the values lies. They must be in ascending order. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** The same, between the two nearest values in proportion. Better for a handful of values. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b)
}
