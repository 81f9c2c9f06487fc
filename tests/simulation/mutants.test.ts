/** The simulation against slips in the decisions, in rosters, and in the limiter. */
import { ADMISSION_MUTANTS } from './admission-mutants.ts'
import { LIMITER_MUTANTS } from './limiter-mutants.ts'
import { describeFoundMutants } from './mutant-trials.ts'
import { ROSTER_MUTANTS } from './roster-mutants.ts'

describeFoundMutants('admission', ADMISSION_MUTANTS)
describeFoundMutants('rosters and heartbeats', ROSTER_MUTANTS)
describeFoundMutants('the limiter', LIMITER_MUTANTS)
