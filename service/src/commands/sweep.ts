/**
 * `streamgate sweep`: sweeps a store once, from a terminal or a schedule.
 */
import type { Command } from 'commander'
import { SETTINGS } from '../settings/settings.ts'
import { alternatives, ENGINES_BILLED_BY_READS, SHARED_ENGINES } from '../settings/store-engines.ts'
import { SEGMENTS_MAX } from '../sweep/sweep-state.ts'
import { runCommand } from './run-command.ts'
import type { SweepFlags } from './sweep-request.ts'

const HELP = `
Removes what is of no use any more: leases that lapsed at least their own length ago, leases of
finished streams, outdated notes, and users who hold nothing. It can run beside the service and
beside other sweeps. If another process writes a user in the meantime, that write wins.

Prints one line of JSON at the end. Exit codes: 0 done, 1 the store failed, 2 a flag makes no sense,
130 stopped by SIGINT, 143 stopped by SIGTERM. The next sweep with the same --state continues where
this one stopped. Without --state, "cursor" in the JSON tells where that is.`

/** Adds the command to the program. */
export function addSweepCommand(program: Command): void {
  const { store, storeTimeoutMs, sweepRate } = SETTINGS
  const billed = alternatives(ENGINES_BILLED_BY_READS.map(({ scheme }) => scheme))
  program
    .command('sweep')
    .description('Clean the store once: remove lapsed and finished leases, and users who hold nothing.')
    .showHelpAfterError('(streamgate sweep --help shows all flags)')
    .option(
      `${store.flag} ${store.placeholder}`,
      `the store to sweep: ${alternatives(SHARED_ENGINES.map(({ usage }) => usage))} ${originOf(store)}`,
    )
    .option(
      `${storeTimeoutMs.flag} ${storeTimeoutMs.placeholder}`,
      `longest wait for one call to the store, which is tried five times ${originOf(storeTimeoutMs)}`,
    )
    .option('--rate <number>', `users to read per second ${originOf(sweepRate)}`)
    .option('--read-capacity <units>', `${billed} only: read units to spend per second (default: no limit)`)
    .option(
      '--segments <number>',
      `${billed} only: segments to scan in parallel, 1 to ${SEGMENTS_MAX}. With another store each segment reads everything (default: 1)`,
    )
    .option('--cursor <text>', 'where to continue a sweep of one segment')
    .option('--state <file>', 'file that keeps the position of a sweep that is not done, to continue there')
    .option('--dry-run', 'report what a sweep would do, and write nothing')
    .addHelpText('after', HELP)
    .action((flags: SweepFlags) =>
      runCommand(async () => {
        const { runSweep } = await import('./run-sweep.ts')
        return runSweep(flags)
      }),
    )
}

function originOf({ variable, fallback }: { variable: string; fallback: string }): string {
  return `(${variable}, default ${fallback})`
}
