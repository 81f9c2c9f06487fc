/**
 * `streamgate restore`: a store from a backup.
 */
import type { Command } from 'commander'
import { SETTINGS } from '../settings/settings.ts'
import { runCommand } from './run-command.ts'
import type { RestoreFlags } from './run-backup.ts'

const HELP = `
Checks each page of the backup, copies it, and checks the copy. The folder of the store must be empty,
or not there. With --replace it may hold a store, which stays beside the new one under another name. No
process may use it: stop the service first.

Streams that were stopped after the backup run again until their leases expire. Streams that were started
after it are not there, and their players come back with the next heartbeat if there is room.

Prints one line of JSON at the end. Exit codes: 0 done, 1 nothing was restored, 2 a flag makes no sense,
130 stopped by SIGINT, 143 stopped by SIGTERM.

  streamgate restore --from /backup --store lmdb:/var/lib/streamgate --replace
  streamgate restore --from /backup/before-the-update.mdb --store lmdb:./data`

/** Adds the command to the program. */
export function addRestoreCommand(program: Command): void {
  const { flag, placeholder, variable, fallback } = SETTINGS.store
  program
    .command('restore')
    .description('Make a store from a backup.')
    .showHelpAfterError('(streamgate restore --help explains it)')
    .requiredOption('--from <path>', 'the backup, or a folder with backups, of which the newest is taken')
    .option(`${flag} ${placeholder}`, `the store to make: lmdb:<folder> (${variable}, default ${fallback})`)
    .option('--replace', 'replace a store that is there, and keep it under another name')
    .addHelpText('after', HELP)
    .action((flags: RestoreFlags) =>
      runCommand(async () => {
        const { runRestore } = await import('./run-backup.ts')
        return runRestore(flags)
      }),
    )
}
