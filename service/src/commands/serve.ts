/**
 * `streamgate serve`: the HTTP API, with a flag for every setting.
 */
import { Option, type Command } from 'commander'
import { loadConfig, SETTINGS, type Flags } from '../settings/settings.ts'
import { runCommand } from './run-command.ts'

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
  for (const [name, { flag, placeholder, fallback, help, variable }] of Object.entries(SETTINGS)) {
    const byDefault = fallback === '' ? '' : `, default ${fallback}`
    const option = new Option(`${flag} ${placeholder}`, `${help} (${variable}${byDefault})`).preset('on')
    option.attributeName = () => name
    command.addOption(option)
  }
  return command
}

/** Ends this process if only unread output keeps it alive. */
function endWithoutReaders(): void {
  setTimeout(() => process.exit(), LAST_LINES_LIMIT_MS).unref()
}
