/** The simulation against slips in plans, and in what each process knows; and against those that no answer shows. */
import { GRACE_MUTANTS } from './grace-mutants.ts'
import { describeFoundMutants, describeUnseenMutants } from './mutant-trials.ts'
import { PLAN_MUTANTS } from './plan-mutants.ts'
import { PROCESS_MUTANTS } from './process-mutants.ts'
import { UNSEEN_MUTANTS } from './equivalent-mutants.ts'

describeFoundMutants('plans and notes', PLAN_MUTANTS)
describeFoundMutants('grace, shadows and shares', GRACE_MUTANTS)
describeFoundMutants('pace, finished streams and policies', PROCESS_MUTANTS)
describeUnseenMutants(UNSEEN_MUTANTS)
