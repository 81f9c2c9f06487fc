/**
 * `streamgate doctor`: whether a service with these settings would work here.
 */
import type { Command } from 'commander'
import type { DoctorFlags } from './run-doctor.ts'
import { runCommand } from './run-command.ts'
import { addSettings } from './setting-options.ts'

const HELP = `
Looks at the settings, the policy, the store, the clock, the disk, the limits of this machine and the
port, as the service would find them. A running service is not disturbed. It starts and removes one
stream of a user whom no request can name, and changes nothing else. Run it as the user of the service,
with the same flags and variables. Secrets are never printed.

Exit codes: 0 no fault, perhaps warnings, 1 a fault, 2 the command line makes no sense.

  streamgate doctor --store lmdb:/var/lib/streamgate --policy policy.json
  streamgate doctor --store redis://redis.internal:6379/0 --json | jq '.findings[] | select(.state != "ok")'`

/** Adds the command to the program. */
export function addDoctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .description(
      'Check whether the service would work here, and say what to do. It takes the flags of serve.',
    )
    .showHelpAfterError('(streamgate doctor --help explains it)')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', HELP)
    .action((flags: DoctorFlags) =>
      runCommand(async () => {
        const { runDoctor } = await import('./run-doctor.ts')
        return runDoctor(flags)
      }),
    )
  addSettings(command)
}
