/** The simulation against mutants of decisions, rosters, the limiter, notes and stops. */
import { ADMISSION_MUTANTS } from './admission-mutants.ts'
import { LIMITER_MUTANTS } from './limiter-mutants.ts'
import { describeFoundMutants } from './mutant-trials.ts'
import { NOTE_MUTANTS } from './note-mutants.ts'
import { ROSTER_MUTANTS } from './roster-mutants.ts'
import { STOP_MUTANTS } from './stop-mutants.ts'

describeFoundMutants('admission', ADMISSION_MUTANTS)
describeFoundMutants('rosters and heartbeats', ROSTER_MUTANTS)
describeFoundMutants('the limiter', LIMITER_MUTANTS)
describeFoundMutants('notes', NOTE_MUTANTS)
describeFoundMutants('stops', STOP_MUTANTS)
