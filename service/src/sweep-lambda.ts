/**
 * The entry point on AWS Lambda for a schedule. It sweeps until it is done, or until the function's
 * time is nearly up.
 *
 * A schedule keeps no state from one run to the next. So the table is scanned in many segments, and
 * each run begins with a random one. What one run does not reach, later runs do. A run also returns
 * what it left. A caller that sends this back as `resume` continues right there.
 */
import { randomInt } from 'node:crypto'
import { composeSweep, type SweepComposition } from './compose.ts'
import { loadConfig, type Config } from './settings/settings.ts'
import { Log } from './telemetry/log.ts'
import { readSweepEvent, type LambdaContext, type SweepResult } from './sweep/sweep-event.ts'
import { logSweep } from './sweep/sweep-line.ts'
import type { SweepState } from './sweep/sweep-state.ts'
import { wholeOf, type SweepReport } from './sweep/sweep-job.ts'

/** So many that a run finishes several of them. */
const SEGMENTS = 100
/**
 * The waits for the table overlap. More segments at once would only reach the limit of the rate.
 */
const SEGMENTS_AT_ONCE = 4

/**
 * Time to finish the pages under way and to answer. If a third of the time left is less, that
 * third.
 */
const MARGIN_MS = 5000

type Parts = SweepComposition & { readonly config: Config; readonly log: Log }

let parts: Promise<Parts> | undefined

/**
 * Sweeps once.
 *
 * @throws {Error} if the event is not valid.
 * @throws {Error} the failure of the store, so that the run counts as failed.
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

/**
 * Made at the first run. The same bundle serves the API, whose cold start should not pay for it.
 */
async function composeParts(): Promise<Parts> {
  const config = loadConfig({})
  const log = new Log(config)
  return { ...(await composeSweep(config, log)), config, log }
}

/** All segments, beginning with a random one. */
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
