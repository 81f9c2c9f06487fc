/**
 * `streamgate serve`: the HTTP API, with a flag for every setting.
 */
import type { Command } from 'commander'
import { loadConfig, type Flags } from '../settings/settings.ts'
import { runCommand } from './run-command.ts'
import { addSettings } from './setting-options.ts'

/** How long readers of standard output and standard error may take to read the last lines. */
const LAST_LINES_LIMIT_MS = 1000

/** Adds the command to the program. */
export function addServeCommand(program: Command): Command {
  const command = program
    .command('serve')
    .description('Serve the HTTP API. Every flag can also be an environment variable. Flags win.')
    .showHelpAfterError('(streamgate serve --help shows all settings)')
    .addHelpText('after', '\nSIGTERM drains and exits 0. A second one ends the process at once.')
    .action(async (flags: Flags) => {
      await runCommand(async () => {
        const config = loadConfig(flags)
        const { runService } = await import('./run-service.ts')
        return runService(config)
      })
      endWithoutReaders()
    })
  addSettings(command)
  return command
}

/** Ends this process if only unread output keeps it alive. */
function endWithoutReaders(): void {
  setTimeout(() => process.exit(), LAST_LINES_LIMIT_MS).unref()
}
