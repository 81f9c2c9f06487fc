import { refuse, wholeNumber } from './parse.ts'

/** How the service sweeps by itself. */
export type SweepConfig = {
  /** From one sweep to the next; 0 where none is wanted. */
  readonly sweepMinutes: number
  /** Users that a sweep looks at in a second. */
  readonly sweepRate: number
}

/** The most users that a sweep may be asked to look at in a second: more than any store hands out. */
export const SWEEP_RATE_MAX = 1_000_000

/** Longest wait between sweeps: a week. */
const SWEEP_MINUTES_MAX = 10_080

/** The settings of it, as `config.ts` has them. */
export const SWEEP_SETTINGS = {
  sweepMinutes: {
    variable: 'STREAMGATE_SWEEP_MINUTES',
    flag: '--sweep-minutes',
    placeholder: '<minutes>',
    fallback: '60',
    help: 'from one sweep of what nobody needs any more to the next; 0: none, where something else sweeps the store',
    parse: parseMinutes,
  },
  sweepRate: {
    variable: 'STREAMGATE_SWEEP_RATE',
    flag: '--sweep-rate',
    placeholder: '<number>',
    fallback: '1000',
    help: 'users that a sweep looks at in a second',
    parse: wholeNumber(1, SWEEP_RATE_MAX),
  },
} as const

function parseMinutes(text: string): number {
  const value = /^\d{1,5}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  return value <= SWEEP_MINUTES_MAX
    ? value
    : refuse(`must be minutes from 0 to ${SWEEP_MINUTES_MAX}, got ${JSON.stringify(text)}`)
}
