import { refuse, wholeNumber } from './parse.ts'

/** When and how fast the service sweeps. */
export type SweepConfig = {
  /** Time between two sweeps. 0 if the service does not sweep. */
  readonly sweepMinutes: number
  /** Users that a sweep reads per second. */
  readonly sweepRate: number
}

/** The highest rate of a sweep, in users per second. No store is that fast. */
export const SWEEP_RATE_MAX = 1_000_000

/** Longest time between sweeps: a week. */
const SWEEP_MINUTES_MAX = 10_080

/** The settings of sweeps. */
export const SWEEP_SETTINGS = {
  sweepMinutes: {
    variable: 'STREAMGATE_SWEEP_MINUTES',
    flag: '--sweep-minutes',
    placeholder: '<minutes>',
    fallback: '60',
    help: 'time between two sweeps, which remove lapsed leases and empty users (0: never, because something else sweeps the store)',
    parse: parseMinutes,
  },
  sweepRate: {
    variable: 'STREAMGATE_SWEEP_RATE',
    flag: '--sweep-rate',
    placeholder: '<number>',
    fallback: '1000',
    help: 'users that a sweep reads per second',
    parse: wholeNumber(1, SWEEP_RATE_MAX),
  },
} as const

function parseMinutes(text: string): number {
  const value = /^\d{1,5}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  return value <= SWEEP_MINUTES_MAX
    ? value
    : refuse(`must be minutes from 0 to ${SWEEP_MINUTES_MAX}, got ${JSON.stringify(text)}`)
}
