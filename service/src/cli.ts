#!/usr/bin/env node
/**
 * The command line: `streamgate serve`, and what else can be done with the service.
 */
import { Command, Option } from 'commander'
import { VERSION } from './compose.ts'
import { ConfigError, loadConfig, SETTINGS, type Flags } from './settings/settings.ts'
import { addPolicyCommand } from './commands/policy-check.ts'
import { parseStore } from './settings/store-engines.ts'
import { reasonOf } from './text/reason.ts'
import { addReplayCommand } from './commands/replay.ts'
import { serve } from './commands/serve.ts'
import { makeSweepCommand, runSweep } from './commands/sweep.ts'

/** Exit codes: of a service that could not run, and of a command that made no sense. */
const FAILED = 1
const MISUSED = 2

/** How long readers of standard output and standard error may take for the last lines. */
const LAST_LINES_LIMIT_MS = 1000

const program = new Command('streamgate')
  .description('Concurrent-stream limits for video services.')
  .version(VERSION)
  .showHelpAfterError('(streamgate serve --help shows all settings)')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : MISUSED))

const serveCommand = program
  .command('serve', { isDefault: true })
  .description('Serve the HTTP API. Each flag may be given as an environment variable instead; flags win.')
  .action(async (flags: Flags) => {
    process.exitCode = await run(() => serve(loadConfig(flags)))
    endWithoutReaders()
  })
for (const [name, { flag, placeholder, fallback, help, variable }] of Object.entries(SETTINGS)) {
  const byDefault = fallback === '' ? '' : `, default ${fallback}`
  const option = new Option(`${flag} ${placeholder}`, `${help} (${variable}${byDefault})`).preset('on')
  option.attributeName = () => name
  serveCommand.addOption(option)
}
serveCommand.addHelpText('after', '\nSIGTERM drains and exits 0; a second one ends at once.')
program.addCommand(
  makeSweepCommand(async (flags) => {
    process.exitCode = await run(() => runSweep(flags))
  }).copyInheritedSettings(program),
)
addPolicyCommand(program)
addReplayCommand(program, () => parseStore('memory:').open())
program.addHelpText('after', () => `\n${serveCommand.helpInformation()}`)

await program.parseAsync()

async function run(command: () => Promise<number>): Promise<number> {
  try {
    return await command()
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const fault of error.faults) process.stderr.write(`streamgate: ${fault}\n`)
      return MISUSED
    }
    process.stderr.write(`streamgate: ${advice(error)}\n`)
    return FAILED
  }
}

/** Ends this process if nothing keeps it but lines that nobody reads. */
function endWithoutReaders(): void {
  setTimeout(() => process.exit(), LAST_LINES_LIMIT_MS).unref()
}

/** Why it could not run, with what to do about it where that is known. */
function advice(error: unknown): string {
  const reason = reasonOf(error)
  return reason.includes('EADDRINUSE')
    ? `${reason}: something else listens there; choose another --port`
    : reason
}
