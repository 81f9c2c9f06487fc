/**
 * `streamgate key new`: makes an API key.
 */
import type { Command } from 'commander'
import { runCommand } from './run-command.ts'

const HELP = `
The key goes to standard output, once: it is stored nowhere. The entry for the file of --api-keys goes
there too. The entry holds the SHA-256 of the key, and is no secret.

  streamgate key new --scopes admit,read,end
  streamgate key new --scopes operate --tenant brand-a --id support --not-after 2027-06-30T00:00:00Z

To replace a key, add a second one with another id, move the callers to it, and remove the first.`

/** Adds the command to the program. */
export function addKeyCommand(program: Command): void {
  program
    .command('key')
    .description('Work on API keys.')
    .showHelpAfterError('(streamgate key --help shows its commands)')
    .command('new')
    .description('Make an API key and print it once, with its entry for the file of keys.')
    .requiredOption('--scopes <scopes>', 'what it allows: admit, read, end, operate, separated by commas')
    .option('--tenant <tenant>', 'the only tenant that it may act for')
    .option('--id <id>', 'its name in the log and in the file. Made up by default')
    .option('--not-after <instant>', 'when it ends, such as 2027-01-31T00:00:00Z')
    .showHelpAfterError('(streamgate key new --help explains it)')
    .addHelpText('after', HELP)
    .action(async (options: Readonly<Record<string, string | undefined>>) => {
      await runCommand(async () => {
        const { printNewKey } = await import('./print-new-key.ts')
        return printNewKey(options)
      })
    })
}
