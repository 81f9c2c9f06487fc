/**
 * `streamgate sweep`: one sweep of a store, from a terminal or a schedule.
 */
import { Command } from 'commander'
import { composeSweep } from '../compose.ts'
import { SETTINGS } from '../settings/settings.ts'
import { alternatives, SHARED_ENGINES } from '../settings/store-engines.ts'
import { reasonOf } from '../text/reason.ts'
import { endAtOnce } from '../servers/end-at-once.ts'
import { ProgressBar } from './sweep-progress.ts'
import { readSweepRequest, type SweepFlags, type SweepRequest } from './sweep-request.ts'
import { SEGMENTS_MAX } from '../sweep/sweep-state.ts'
import type { SegmentLeft, SweepReport } from '../sweep/sweeper.ts'

const DONE = 0
const FAILED = 1

/** As a shell reports a process that a signal ended: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const
type StopSignal = keyof typeof EXIT_CODES

/** How old a state file may get while the sweep goes on: what a process that is killed does again. */
const STATE_EVERY_MS = 2000

const HELP = `
Takes out of the store what nobody needs any more: leases that lapsed at least their own length ago,
leases of finished streams, outdated notes, and users who hold nothing. It may run beside
the service, and beside other sweeps: a user whom somebody else has written meanwhile is left to them.

Standard output gets one line of JSON at the end. Exit codes: 0 done, 1 the store failed, 2 a flag makes
no sense, 130 and 143 stopped by SIGINT and SIGTERM. Whatever stopped it, the next sweep with the same
--state goes on where it was; without a state, "cursor" in the line of JSON says where that is.`

/** The command as the command line knows it; `run` gets its flags. */
export function makeSweepCommand(run: (flags: SweepFlags) => Promise<void>): Command {
  const { store, storeTimeoutMs, sweepRate } = SETTINGS
  return new Command('sweep')
    .description('Tidy the store once: prune what has lapsed or finished, forget users who hold nothing.')
    .showHelpAfterError('(streamgate sweep --help shows all flags)')
    .option(
      `${store.flag} ${store.placeholder}`,
      `what to sweep: ${alternatives(SHARED_ENGINES.map(({ usage }) => usage))} ${originOf(store)}`,
    )
    .option(
      `${storeTimeoutMs.flag} ${storeTimeoutMs.placeholder}`,
      `longest wait for one call to the store, five times over ${originOf(storeTimeoutMs)}`,
    )
    .option('--rate <number>', `users to look at in a second ${originOf(sweepRate)}`)
    .option('--read-capacity <units>', 'DynamoDB: read capacity units to use in a second; default: no bound')
    .option(
      '--segments <number>',
      `parts to walk at once, 1 to ${SEGMENTS_MAX}, for DynamoDB: elsewhere each part reads all; default 1`,
    )
    .option('--cursor <text>', 'where to go on with a sweep of one segment')
    .option(
      '--state <file>',
      'keeps how far the sweep has got, and goes on from there; gone once all is done',
    )
    .option('--dry-run', 'says what it would do, and writes nothing')
    .addHelpText('after', HELP)
    .action(run)
}

function originOf({ variable, fallback }: { variable: string; fallback: string }): string {
  return `(${variable}, default ${fallback})`
}

/**
 * Sweeps as the flags say; resolves with the exit code.
 *
 * @throws {ConfigError} where they make no sense.
 * @throws {Error} where the store cannot be opened.
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

/** Asks the sweep to stop at the first signal; the second ends the process at once. */
function stopOnSignal(): { signal: AbortSignal; exitCode: () => number | undefined } {
  const controller = new AbortController()
  let exitCode: number | undefined
  for (const name of Object.keys(EXIT_CODES) as StopSignal[]) {
    process.on(name, () => {
      if (exitCode !== undefined) endAtOnce()
      exitCode = EXIT_CODES[name]
      controller.abort()
    })
  }
  return { signal: controller.signal, exitCode: () => exitCode }
}

/** Keeps what is left in the state file, where there is one, every now and then. */
function stateKeeper(request: SweepRequest): (left: readonly SegmentLeft[]) => void {
  let keptAtMs = performance.now()
  return (left) => {
    if (performance.now() - keptAtMs < STATE_EVERY_MS) return
    keptAtMs = performance.now()
    try {
      keepState(request, left)
    } catch {
      // The sweep goes on, and tries once more at its end, which tells the operator where that fails too.
    }
  }
}

/** Keeps what is left, or nothing where nothing is. */
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
    leasesPruned: { lapsed: tally.leasesLapsed, finished: tally.leasesFinished },
    notesPruned: tally.notesOutdated,
    usersRemoved: tally.usersRemoved,
    writesRefused: tally.writesRefused,
    seconds: Math.round(seconds * 1000) / 1000,
    ...(cursor !== undefined && { cursor }),
    ...(segments > 1 && left.length > 0 && { segmentsLeft: left.length }),
  }
}
