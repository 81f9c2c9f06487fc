import type { Logger } from '../telemetry/log.ts'
import type { SweepReport } from './sweep-job.ts'

/**
 * Logs how a sweep ended and, if it failed, why. Cursors are user ids, so they stay out of the log.
 */
export function logSweep(logger: Logger, report: SweepReport): void {
  const { outcome, tally, seconds, failure, finishedFailure } = report
  if (finishedFailure !== undefined) {
    logger.warn({ err: finishedFailure }, 'the sweep could not read which streams have finished')
  }
  const facts = { outcome, ...tally, seconds: Math.round(seconds * 1e3) / 1e3 }
  if (outcome === 'failed') logger.warn({ err: failure, ...facts }, 'sweep failed')
  else logger.info(facts, 'swept')
}
