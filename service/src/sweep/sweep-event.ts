/**
 * What goes into a scheduled sweep, and what comes out of it.
 */
import { refuse } from '../settings/parse.ts'
import { SWEEP_RATE_MAX } from '../settings/sweep-settings.ts'
import { isWhole, membersOf, parseSweepState, type SweepState } from './sweep-state.ts'
import type { SweepTally } from './sweeper.ts'

/** What the schedule may send; all else in its event is ignored. */
export type SweepEvent = {
  /** Users to look at in a second; `STREAMGATE_SWEEP_RATE` where it is absent. */
  readonly rate?: number
  /** Read capacity units to use in a second; no bound where it is absent. */
  readonly readCapacity?: number
  /** What an earlier run returned. */
  readonly resume?: SweepState
}

/** What a run came to; `resume` is there where it left something. */
export type SweepResult = SweepTally & {
  readonly outcome: 'finished' | 'interrupted'
  readonly seconds: number
  readonly resume?: SweepState
}

/** As far as it is asked, what Lambda hands to a function. */
export type LambdaContext = { readonly getRemainingTimeInMillis: () => number }

/** @throws {Error} with what is wrong, where the event asks for what cannot be. */
export function readSweepEvent(event: unknown): SweepEvent {
  const { rate, readCapacity, resume } = membersOf(event)
  return {
    ...(rate !== undefined && { rate: wholeIn(rate, 'rate') }),
    ...(readCapacity !== undefined && { readCapacity: wholeIn(readCapacity, 'readCapacity') }),
    ...(resume !== undefined && { resume: parseSweepState(resume) }),
  }
}

function wholeIn(value: unknown, name: string): number {
  if (isWhole(value, SWEEP_RATE_MAX)) return value
  return refuse(`"${name}" must be a whole number from 1 to ${SWEEP_RATE_MAX}, got ${JSON.stringify(value)}`)
}
