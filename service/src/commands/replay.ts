/**
 * `streamgate replay`: what another policy would have decided.
 */
import { InvalidArgumentError, type Command } from 'commander'
import type { ReplayOptions } from './run-replay.ts'

const HELP = `
Reads the log of streamgate serve (JSON lines) and plays its starts, heartbeats and stops in the order
of time under the policy. With --log-decisions changes the log has no lines of plain renewals: a stream
then counts as running until a line says that it ended. Lines about anything else are skipped. Players are assumed to call as they
did, except those that the policy refuses: they do not call until they start again.

Under the policy that made the log, every decision comes out as it did, as far as the log can tell. The
log has the times of the answers, in milliseconds, by the clocks of the processes that wrote it. If calls
for one user overlapped, they are put in the order that explains their outcomes. The log does not tell
whether a lease that lapsed or stopped during a call still counted. The JSON counts the differences.

Exit codes: 0 replayed, 1 a log or the policy cannot be used, 2 the command line makes no sense.

  streamgate replay --log decisions.jsonl --policy new.json
  zcat decisions-*.jsonl.gz | streamgate replay --log - --policy new.json --json`

/** Adds the command to the program. */
export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .description('Tell how many starts and users another policy would have refused.')
    .requiredOption('--log <file...>', 'logs of the service, in any order (- reads standard input)')
    .requiredOption('--policy <file>', 'the policy to try: a file, or JSON')
    .option('--json', 'print the report as JSON')
    .option(
      '--skew-ms <ms>',
      'clockSkewMs of the store that the log is from: the service counts each lease so much longer. 2000 on DynamoDB unless its address says otherwise, else 0',
      parseMs,
      0,
    )
    .showHelpAfterError('(streamgate replay --help explains it)')
    .addHelpText('after', HELP)
    .action(async (options: ReplayOptions) => {
      const { runReplay } = await import('./run-replay.ts')
      process.exitCode = await runReplay(options)
    })
}

function parseMs(text: string): number {
  if (!/^(?:0|[1-9]\d{0,5})$/.test(text))
    throw new InvalidArgumentError('It must be a whole number of milliseconds.')
  return Number(text)
}
