/** The input and the output of a scheduled sweep. */
import { refuse } from '../settings/parse.ts'
import { SWEEP_RATE_MAX } from '../settings/sweep-settings.ts'
import { isWhole, membersOf, parseSweepState, type SweepState } from './sweep-state.ts'
import type { SweepTally } from './sweep-job.ts'

/** What the schedule may send. Everything else in its event is ignored. */
export type SweepEvent = {
  /** Users to look at in a second. `STREAMGATE_SWEEP_RATE` if absent. */
  readonly rate?: number
  /** Read capacity units to use in a second. No bound if absent. */
  readonly readCapacity?: number
  /** What an earlier run returned. */
  readonly resume?: SweepState
}

/** The result of a run. `resume` is there if something is left. */
export type SweepResult = SweepTally & {
  readonly outcome: 'finished' | 'interrupted'
  readonly seconds: number
  readonly resume?: SweepState
}

/** The part of what Lambda passes to a function that is used here. */
export type LambdaContext = { readonly getRemainingTimeInMillis: () => number }

/** @throws {Error} with what is wrong, if the event asks for something impossible. */
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
