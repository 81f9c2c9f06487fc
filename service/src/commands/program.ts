/**
 * The command line. It loads only the command that is asked for.
 */
import { Command } from 'commander'
import { MISUSED } from './exit-codes.ts'
import { VERSION } from '../text/version.ts'

/** Adds each command, by its name. Everything else about a command stands in its own file. */
const COMMANDS: Readonly<Record<string, (program: Command) => Promise<unknown>>> = {
  serve: async (program) => (await import('./serve.ts')).addServeCommand(program),
  health: async (program) => (await import('./health.ts')).addHealthCommand(program),
  sweep: async (program) => (await import('./sweep.ts')).addSweepCommand(program),
  backup: async (program) => (await import('./backup.ts')).addBackupCommand(program),
  restore: async (program) => (await import('./restore.ts')).addRestoreCommand(program),
  doctor: async (program) => (await import('./doctor.ts')).addDoctorCommand(program),
  key: async (program) => (await import('./key.ts')).addKeyCommand(program),
  policy: async (program) => (await import('./policy.ts')).addPolicyCommand(program),
  'playback-key': async (program) => (await import('./playback-key.ts')).addPlaybackKeyCommand(program),
  replay: async (program) => (await import('./replay.ts')).addReplayCommand(program),
  report: async (program) => (await import('./report.ts')).addReportCommand(program),
  simulate: async (program) => (await import('./simulate.ts')).addSimulateCommand(program),
}

/** Flags of the program. Any other flag in front is one of `serve`. */
const HELP_FLAGS = ['-h', '--help']
const OWN_FLAGS = [...HELP_FLAGS, '-V', '--version']

const program = new Command('streamgate')
  .description('Concurrent-stream limits for video services. Without a command it serves.')
  .version(VERSION)
  .showHelpAfterError('(streamgate --help shows all commands)')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : MISUSED))

const args = withCommand(process.argv.slice(2))
for (const [name, add] of Object.entries(COMMANDS)) {
  // Of a command that is not asked for, its name is enough to suggest it to a person who misspelt
  // it.
  if (isWanted(name)) await add(program)
  else program.command(name)
}
program.addHelpText('after', () => {
  const serve = program.commands.find((command) => command.name() === 'serve')
  return `\n${serve?.helpInformation() ?? ''}`
})
await program.parseAsync(args, { from: 'user' })

/** Without a command the service is meant. */
function withCommand(given: readonly string[]): readonly string[] {
  const [first = '-'] = given
  return first.startsWith('-') && !OWN_FLAGS.includes(first) ? ['serve', ...given] : given
}

/** Whether this command is asked for. The help describes all of them. */
function isWanted(name: string): boolean {
  const [first = ''] = args
  return first === name || first === 'help' || HELP_FLAGS.includes(first)
}
