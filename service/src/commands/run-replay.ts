/**
 * Replays logs under another policy and prints the report.
 */
import { RepeatingTimer } from '../time/repeating-timer.ts'
import { parseStore } from '../settings/store-engines.ts'
import { inOrderOfTime, type Disorder } from '../replay/decision-queue.ts'
import { LogReader } from '../replay/log-reader.ts'
import { Replay } from '../replay/replay.ts'
import { UnloggedRenewals } from '../replay/unlogged-renewals.ts'
import { DONE, FAILED } from './exit-codes.ts'
import { policyOfFlag, wordsOf } from './policy-flag.ts'
import { ReplayProgress } from './replay-progress.ts'
import { replayReport, reportInWords, type ReplayReport } from '../replay/replay-report.ts'

/** Once for what must be known before, and once to replay it. */
const TIMES_READ = 2

/** How often the bar moves. */
const PROGRESS_EVERY_MS = 200

/** The flags of the command. */
export type ReplayOptions = {
  readonly log: readonly string[]
  readonly policy: string
  readonly json?: true
  readonly skewMs: number
}

/** Plays the logs and prints the report. Resolves with the exit code. */
export async function runReplay(options: ReplayOptions): Promise<number> {
  try {
    const policy = policyOfFlag(options.policy)
    const report = await play(options, {
      policy,
      store: await parseStore('memory:').open(),
      skewMs: options.skewMs,
    })
    if (report.decisions === 0) {
      throw new Error(
        `there is no decision in --log ${options.log.join(' ')}: replay reads the JSON lines of streamgate serve --log-format json, with --log-decisions changes or all`,
      )
    }
    process.stdout.write(
      options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : reportInWords(report),
    )
    return DONE
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n`)
    return FAILED
  }
}

async function play(
  { log }: ReplayOptions,
  parts: ConstructorParameters<typeof Replay>[0],
): Promise<ReplayReport> {
  const reader = new LogReader(process.stdin)
  const replay = new Replay(parts)
  const disorder: Disorder = { late: 0 }
  const names = [...new Set(log)]
  const bytes = process.stderr.isTTY ? await reader.bytesIn(names) : undefined
  const toRead = bytes === undefined ? undefined : bytes * TIMES_READ
  const progress = process.stderr.isTTY ? new ReplayProgress(process.stderr, toRead) : undefined
  const timer = new RepeatingTimer({
    waitMs: () => PROGRESS_EVERY_MS,
    work: () => progress?.show(reader.counts),
  })
  timer.start()
  try {
    const renewals = new UnloggedRenewals(await reader.survey(names), parts.policy)
    const sources = names.map((name) => reader.decisionsIn(name))
    for await (const decisions of inOrderOfTime(sources, disorder)) {
      for (const decision of decisions) {
        for (const one of renewals.upTo(decision)) await replay.play(one)
      }
      // A replay never waits for anything, so without this the bar would never move.
      await new Promise(setImmediate)
    }
    await replay.end()
  } finally {
    await timer.stop()
    progress?.clear()
    await reader.close()
  }
  return replayReport(replay.tally, { ...reader.counts, ...disorder })
}
