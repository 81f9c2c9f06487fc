/**
 * `streamgate backup`: a copy of the store, while the service runs.
 */
import type { Command } from 'commander'
import { SETTINGS } from '../settings/settings.ts'
import { runCommand } from './run-command.ts'
import type { BackupFlags } from './run-backup.ts'

const HELP = `
Copies the state of one instant. The service goes on meanwhile, on the same store. The backup appears
under its name when it is complete and flushed to the disk, and never replaces a file. Run it as the
user of the service, on its host.

It is for lmdb:<folder>. Redis and DynamoDB have backups of their own.

Prints one line of JSON at the end. Exit codes: 0 done, 1 there is no backup, 2 a flag makes no sense,
130 stopped by SIGINT, 143 stopped by SIGTERM.

  streamgate backup --store lmdb:/var/lib/streamgate --to /backup
  streamgate backup --to /backup/before-the-update.mdb`

/** Adds the command to the program. */
export function addBackupCommand(program: Command): void {
  const { flag, placeholder, variable, fallback } = SETTINGS.store
  program
    .command('backup')
    .description('Copy the store of a running service into a file.')
    .showHelpAfterError('(streamgate backup --help explains it)')
    .option(`${flag} ${placeholder}`, `the store to copy: lmdb:<folder> (${variable}, default ${fallback})`)
    .requiredOption(
      '--to <path>',
      'a file that is not there yet, or a folder, for a file named after the time',
    )
    .addHelpText('after', HELP)
    .action((flags: BackupFlags) =>
      runCommand(async () => {
        const { runBackup } = await import('./run-backup.ts')
        return runBackup(flags)
      }),
    )
}
