import { wholeNumber } from './parse.ts'

/** How many requests a second are allowed. 0 if there is no limit. */
export type RateConfig = {
  /** Of one user. */
  readonly userRate: number
  /** Of one caller. */
  readonly callerRate: number
}

/** The highest rate. It is more than one process can answer. */
const RATE_MAX = 100_000

/** The settings of rate limits. */
export const RATE_SETTINGS = {
  userRate: {
    variable: 'STREAMGATE_USER_RATE',
    flag: '--user-rate',
    placeholder: '<number>',
    fallback: '0',
    help: 'requests per second of one user, and heartbeats of one stream, after which the answer is 429. Ten seconds’ worth may come at once. Stops are not limited (0: no limit)',
    parse: wholeNumber(0, RATE_MAX),
  },
  callerRate: {
    variable: 'STREAMGATE_CALLER_RATE',
    flag: '--caller-rate',
    placeholder: '<number>',
    fallback: '0',
    help: 'the same for one caller: the user of its token, or its address. Neither heartbeats nor stops are limited (0: no limit)',
    parse: wholeNumber(0, RATE_MAX),
  },
} as const
