/**
 * Says in one line what this machine lacks for `npm run test:aws`, and ends with 1; with 0 where nothing is missing.
 */
import { whatIsMissing } from './machine.ts'

const missing = whatIsMissing()
if (missing !== undefined) {
  process.stdout.write(`${missing}\n`)
  process.exitCode = 1
}
