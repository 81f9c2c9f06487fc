/**
 * `streamgate replay`: what another policy would have decided.
 */
import { InvalidArgumentError, type Command } from 'commander'
import type { Policy, Store } from '@streamgate/core'
import { parsePolicyText, PolicyTextError } from '../policy/policy-file.ts'
import { faultLines } from './policy-fault-lines.ts'
import { readPolicyTextSync } from '../policy/policy-text.ts'
import { reasonOf } from '../text/reason.ts'
import { inOrderOfTime, type Disorder } from '../replay/decision-queue.ts'
import { LogReader } from '../replay/log-reader.ts'
import { Replay } from '../replay/replay.ts'
import { ReplayProgress } from './replay-progress.ts'
import { replayReport, reportInWords, type ReplayReport } from '../replay/replay-report.ts'

/** How often the bar moves. */
const PROGRESS_EVERY_MS = 200

type Options = {
  readonly log: readonly string[]
  readonly policy: string
  readonly json?: true
  readonly skewMs: number
}

const HELP = `
Reads the log of streamgate serve (JSON lines; those about something else are passed over) and plays its starts,
heartbeats and stops, in the order of their time, under the policy. Players are taken to call as they did, but for
those that this policy sends away: they call no more until they start again.

Under the very policy that made the log all comes out as it did, as far as the log knows: it tells when calls were
answered, in milliseconds, by the clocks of the processes that wrote it. Calls that were under way for one user at
the same time are put in the order that explains how they came out. What the log cannot tell: whether a lease that
lapsed, or was stopped, while a call was under way counted for it. What differs is counted in the JSON.

Exit codes: 0 it was played; 1 a log or the policy cannot be used; 2 a wrong command.

  streamgate replay --log decisions.jsonl --policy new.json
  zcat decisions-*.jsonl.gz | streamgate replay --log - --policy new.json --json`

/** Adds the command to the program. @param openStore gives an empty store in memory. */
export function addReplayCommand(program: Command, openStore: () => Promise<Store>): void {
  program
    .command('replay')
    .description('Say how many starts and users another policy would have refused.')
    .requiredOption('--log <file...>', 'logs of the service, in any order; - reads standard input')
    .requiredOption('--policy <file>', 'the policy to try')
    .option('--json', 'print the report as JSON')
    .option(
      '--skew-ms <ms>',
      'how much longer than it runs a lease counted in the service: 2000 on DynamoDB, else 0',
      parseMs,
      0,
    )
    .showHelpAfterError('(streamgate replay --help explains it)')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      process.exitCode = await runReplay(options, openStore)
    })
}

/** Plays the logs and prints the report; resolves with the exit code. */
async function runReplay(options: Options, openStore: () => Promise<Store>): Promise<number> {
  try {
    const policy = policyIn(options.policy)
    const report = await play(options, { policy, store: await openStore(), skewMs: options.skewMs })
    if (report.decisions === 0) throw new Error(`there is no decision in --log ${options.log.join(' ')}`)
    process.stdout.write(
      options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : reportInWords(report),
    )
    return 0
  } catch (error) {
    const lines =
      error instanceof PolicyTextError
        ? faultLines(options.policy, error.faults)
        : [`streamgate: ${reasonOf(error)}`]
    process.stderr.write(`${lines.join('\n')}\n`)
    return 1
  }
}

async function play({ log }: Options, parts: ConstructorParameters<typeof Replay>[0]): Promise<ReplayReport> {
  const reader = new LogReader(process.stdin)
  const replay = new Replay(parts)
  const disorder: Disorder = { late: 0 }
  const progress = process.stderr.isTTY
    ? new ReplayProgress(process.stderr, await reader.bytesIn(log))
    : undefined
  const timer = setInterval(() => progress?.show(reader.counts), PROGRESS_EVERY_MS)
  try {
    const sources = [...new Set(log)].map((name) => reader.decisionsIn(name))
    for await (const decisions of inOrderOfTime(sources, disorder)) {
      for (const decision of decisions) await replay.play(decision)
      // A replay never waits for anything: without this the bar would never move.
      await new Promise(setImmediate)
    }
    await replay.end()
  } finally {
    clearInterval(timer)
    progress?.clear()
  }
  return replayReport(replay.tally, { ...reader.counts, ...disorder })
}

/** @throws {PolicyTextError} for a policy with faults, and {Error} for one that cannot be read. */
function policyIn(file: string): Policy {
  let text: string
  try {
    text = readPolicyTextSync(file)
  } catch (cause) {
    throw new Error(`--policy ${file} cannot be read`, { cause })
  }
  return parsePolicyText(text)
}

function parseMs(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of milliseconds.')
  return Number(text)
}
