/**
 * A program that runs suites of the cases in this folder, each given as JSON, as `.ci/run` runs the
 * real ones.
 */
import { runSuites } from './run-suites.ts'

/** A suite of one file. `lack` is what the machine is said to lack for it. */
type Order = { name: string; file: string; casesMin: number; lack?: string; isRequired?: boolean }

const orders = JSON.parse(process.argv[2] ?? '[]') as readonly Order[]
const suites = orders.map(({ name, file, casesMin, lack, isRequired = false }) => ({
  name,
  files: /./,
  paths: [`tests/ci/cases/${file}.case.ts`],
  casesMin,
  config: 'tests/ci/cases/vitest.config.ts',
  lacks: () => lack,
  isRequired,
}))
if (!runSuites(suites)) process.exitCode = 1
