/** Figures from measured stretches. */
import type { Stretch } from './runner.ts'
import { median, spreadOf, type Spread } from './statistics.ts'

/** One contender in one mix. */
export type Figures = {
  readonly answersPerSecond: number
  readonly answersPerCpuSecond: number
  /** Answers per CPU second beside those of the floor in the same round. */
  readonly toFloor: Spread | undefined
  /** The share of one core that the server took: 1 says that the load saturated it. */
  readonly busy: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly faults: number
}

export function figuresOf(stretches: readonly Stretch[], floor: readonly Stretch[] | undefined): Figures {
  const medianOf = (value: (stretch: Stretch) => number) => median(stretches.map(value))
  return {
    answersPerSecond: medianOf(({ answers, seconds }) => answers / seconds),
    answersPerCpuSecond: medianOf(perCpuSecond),
    toFloor: floor && ratioOf(stretches, floor, perCpuSecond),
    busy: medianOf(({ cpuSeconds, seconds }) => cpuSeconds / seconds),
    p50Ms: medianOf(({ p50Ms }) => p50Ms),
    p99Ms: medianOf(({ p99Ms }) => p99Ms),
    faults: stretches.reduce((sum, { faults }) => sum + faults, 0),
  }
}

/** How one compares with another, round by round, in the value that is asked for. */
export function ratioOf(
  stretches: readonly Stretch[],
  others: readonly Stretch[],
  value: (stretch: Stretch) => number,
): Spread {
  return spreadOf(ratiosOf(stretches, others, value))
}

/** The ratio in each round. */
export function ratiosOf(
  stretches: readonly Stretch[],
  others: readonly Stretch[],
  value: (stretch: Stretch) => number,
): number[] {
  return stretches.flatMap((stretch, round) => {
    const other = others[round]
    return other === undefined ? [] : [value(stretch) / value(other)]
  })
}

export function perCpuSecond({ answers, cpuSeconds }: Stretch): number {
  return answers / cpuSeconds
}
