/**
 * One sweep of a store, with its progress on the terminal and its position in a file.
 */
import { composeSweep } from '../compose.ts'
import { reasonOf } from '../text/reason.ts'
import { DONE, FAILED } from './exit-codes.ts'
import { ProgressBar } from './sweep-progress.ts'
import { stopOnSignal } from './stop-on-signal.ts'
import { readSweepRequest, type SweepFlags, type SweepRequest } from './sweep-request.ts'
import type { SegmentLeft, SweepReport } from '../sweep/sweep-job.ts'

/** How old the state file can get. A sweep that is killed repeats this much work. */
const STATE_EVERY_MS = 2000

/**
 * Sweeps as the flags say. Resolves with the exit code.
 *
 * @throws {ConfigError} if they make no sense.
 * @throws {Error} if the store cannot be opened.
 */
export async function runSweep(flags: SweepFlags): Promise<number> {
  const request = readSweepRequest(flags)
  const stop = stopOnSignal()
  const { sweeper, close } = await composeSweep(request.config)
  keepState(request, request.left)
  const { rate, readCapacity, segments, left, isDryRun } = request
  const bar = process.stderr.isTTY
    ? new ProgressBar(process.stderr, segments, () => performance.now())
    : undefined
  const keep = stateKeeper(request)
  const report = await sweeper.sweep({
    rate,
    readCapacity,
    segments,
    left,
    isDryRun,
    signal: stop.signal,
    onPage: (progress) => {
      bar?.show(progress)
      keep(progress.left)
    },
  })
  bar?.clear()
  await close()
  process.stdout.write(`${JSON.stringify(summaryOf(request, report))}\n`)
  keepState(request, report.left)
  if (report.finishedFailure !== undefined) {
    const reason = reasonOf(report.finishedFailure)
    process.stderr.write(
      `streamgate: which streams have finished cannot be read, so theirs stay: ${reason}\n`,
    )
  }
  if (report.outcome === 'failed') {
    process.stderr.write(`streamgate: the sweep stopped early: ${reasonOf(report.failure)}\n`)
    return FAILED
  }
  return report.outcome === 'interrupted' ? (stop.exitCode() ?? FAILED) : DONE
}

/** Writes what is left to the state file, if there is one, from time to time. */
function stateKeeper(request: SweepRequest): (left: readonly SegmentLeft[]) => void {
  let keptAtMs = performance.now()
  return (left) => {
    if (performance.now() - keptAtMs < STATE_EVERY_MS) return
    keptAtMs = performance.now()
    try {
      keepState(request, left)
    } catch {
      // The sweep goes on. It writes the file again at its end, and reports if that fails too.
    }
  }
}

/** Writes what is left, or removes the file if nothing is left. */
function keepState({ stateFile, storeName, segments }: SweepRequest, left: readonly SegmentLeft[]): void {
  if (left.length > 0) stateFile?.write({ store: storeName, segments, left })
  else stateFile?.remove()
}

function summaryOf({ isDryRun, segments }: SweepRequest, { outcome, tally, seconds, left }: SweepReport) {
  const cursor = segments === 1 ? left[0]?.cursor : undefined
  return {
    outcome,
    dryRun: isDryRun,
    usersSeen: tally.usersSeen,
    leasesLive: tally.leasesLive,
    leasesPruned: { lapsed: tally.leasesLapsed, finished: tally.leasesFinished },
    notesPruned: tally.notesOutdated,
    usersRemoved: tally.usersRemoved,
    writesRefused: tally.writesRefused,
    seconds: Math.round(seconds * 1000) / 1000,
    ...(cursor !== undefined && { cursor }),
    ...(segments > 1 && left.length > 0 && { segmentsLeft: left.length }),
  }
}
