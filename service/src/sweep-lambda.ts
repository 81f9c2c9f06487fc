/**
 * The entry point on AWS Lambda, on a schedule: sweeps until it is done, or until the function's time is nearly up.
 *
 * A schedule remembers nothing from one run to the next. So the table is walked in many segments, and each run
 * begins with another of them, by chance: what one run did not get to, the next ones do. A run also returns what
 * it left, for a caller who wants to go on right there, by sending it back as `resume`.
 */
import { randomInt } from 'node:crypto'
import { composeSweep, type SweepComposition } from './compose.ts'
import { loadConfig, type Config } from './settings/settings.ts'
import { Log } from './telemetry/log.ts'
import { readSweepEvent, type LambdaContext, type SweepResult } from './sweep/sweep-event.ts'
import { logSweep } from './sweep/sweep-line.ts'
import type { SweepState } from './sweep/sweep-state.ts'
import { wholeOf, type SweepReport } from './sweep/sweep-job.ts'

/** So many that each is walked in a fraction of a run, or its end would never be met. */
const SEGMENTS = 100
/** Waits for the table's answers overlap; more of them would only come to the bound of the rate. */
const SEGMENTS_AT_ONCE = 4

/** Time to finish the pages under way, and to answer; a third of what there is, where that is less. */
const MARGIN_MS = 5000

type Parts = SweepComposition & { readonly config: Config; readonly log: Log }

let parts: Promise<Parts> | undefined

/**
 * Sweeps once.
 *
 * @throws {Error} where the event asks for what cannot be.
 * @throws {Error} what the store failed with, so that the run counts as failed.
 */
export async function sweep(event: unknown, context: LambdaContext): Promise<SweepResult> {
  const { rate, readCapacity, resume } = readSweepEvent(event)
  parts ??= composeParts()
  const { sweeper, config, log } = await parts
  const state = resume ?? { segments: SEGMENTS, left: fromAnywhere(SEGMENTS) }
  const report = await sweeper.sweep({
    rate: rate ?? config.sweepRate,
    readCapacity,
    ...state,
    inParallel: SEGMENTS_AT_ONCE,
    signal: nearTheEnd(context),
  })
  logSweep(log.logger, report)
  log.flush()
  if (report.outcome === 'failed') throw report.failure
  return resultOf(report, state.segments)
}

/** Composed at the first run, because the bundle also serves the API, whose cold start must not pay for it. */
async function composeParts(): Promise<Parts> {
  const config = loadConfig({})
  return { ...(await composeSweep(config)), config, log: new Log(config) }
}

/** All segments, beginning with any of them. */
function fromAnywhere(segments: number): SweepState['left'] {
  const whole = wholeOf(segments)
  const first = randomInt(segments)
  return [...whole.slice(first), ...whole.slice(0, first)]
}

function nearTheEnd(context: LambdaContext): AbortSignal {
  const remainingMs = context.getRemainingTimeInMillis()
  return AbortSignal.timeout(Math.max(0, Math.floor(remainingMs - Math.min(MARGIN_MS, remainingMs / 3))))
}

function resultOf({ outcome, tally, seconds, left }: SweepReport, segments: number): SweepResult {
  return {
    outcome: outcome === 'finished' ? 'finished' : 'interrupted',
    ...tally,
    seconds,
    ...(left.length > 0 && { resume: { segments, left } }),
  }
}
