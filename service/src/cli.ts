#!/usr/bin/env node
/**
 * The command line's entry point. An older Node may fail at anything that the program imports, so
 * its version is checked first.
 */
import { MISUSED } from './commands/exit-codes.ts'
import { nodeFault } from './text/node-version.ts'

const fault = nodeFault()
if (fault === undefined) await import('./commands/program.ts')
else {
  process.stderr.write(`streamgate: ${fault}\n`)
  process.exitCode = MISUSED
}
