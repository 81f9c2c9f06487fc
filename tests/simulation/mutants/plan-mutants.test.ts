/** The simulation against mutants of plans and processes, and against equivalent mutants. */
import { EVICTION_MUTANTS } from './eviction-mutants.ts'
import { GRACE_MUTANTS } from './grace-mutants.ts'
import { describeFoundMutants, describeEquivalentMutants } from './mutant-trials.ts'
import { PLAN_MUTANTS } from './plan-mutants.ts'
import { PROCESS_MUTANTS } from './process-mutants.ts'
import { EQUIVALENT_MUTANTS } from './equivalent-mutants.ts'

describeFoundMutants('plans', PLAN_MUTANTS)
describeFoundMutants('evictions', EVICTION_MUTANTS)
describeFoundMutants('grace, shadows and shares', GRACE_MUTANTS)
describeFoundMutants('pace, finished streams and policies', PROCESS_MUTANTS)
describeEquivalentMutants(EQUIVALENT_MUTANTS)
