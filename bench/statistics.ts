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

/**
 * The median, and between which values it would lie in 19 of 20 such series of measurements,
 * whatever their distribution. Fewer than six values are too few for that, and all count.
 */
export function medianWithin(values: readonly number[]): Spread {
  const sorted = ascending(values)
  const outside = ranksOutside(sorted.length)
  return {
    median: quantile(sorted, 0.5),
    low: sorted[outside] ?? Number.NaN,
    high: sorted.at(-1 - outside) ?? Number.NaN,
  }
}

/**
 * How many of the lowest values can be left out, and as many of the highest: each value is above
 * the true median with the chance of a coin.
 */
function ranksOutside(count: number): number {
  let ranks = 0
  let chance = 0.5 ** count
  for (let term = chance; chance <= CHANCE_ON_EACH_SIDE; chance += term) {
    term *= (count - ranks) / (ranks + 1)
    ranks += 1
  }
  return Math.max(0, ranks - 1)
}

const CHANCE_ON_EACH_SIDE = 0.025

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
