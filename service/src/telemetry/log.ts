/**
 * The log: JSON lines by pino, one for each decision.
 */
import { isContention } from '@streamgate/core'
import pino, { type Logger } from 'pino'
import { decisionsIn, type AnsweredRequest, type Decision, type RequestFacts } from './decision-event.ts'
import { LineOutput } from './line-output.ts'
import type { LogLevel } from './log-levels.ts'
import { escapeId } from '../text/escape-id.ts'
import type { SweepReport } from '../sweep/sweeper.ts'

export type { Logger } from 'pino'

/** A log to standard output. */
export class Log {
  readonly logger: Logger
  readonly #lines = new LineOutput((lines) => this.logger.warn({ lines }, 'log lines dropped'))
  /** When what the next line tells of happened, where that was earlier than now. */
  #happenedAtMs: number | undefined

  constructor(level: LogLevel) {
    const options = {
      level,
      base: { pid: process.pid },
      formatters: { level: (label: string) => ({ level: label }) },
      timestamp: () => `,"time":"${instantOf(this.#happenedAtMs)}"`,
    }
    this.logger = pino(options, this.#lines)
  }

  /** Writes a line for each decision; requests without one have none. */
  decision({ decision, atMs, requestId, gatewayRequestId, seconds }: AnsweredRequest): void {
    const ms = Math.round(seconds * 1e6) / 1e3
    this.#happenedAtMs = atMs
    for (const one of decisionsIn(decision)) {
      this.logger.info({ ...loggedDecision(one), requestId, gatewayRequestId, ms }, 'decision')
    }
    this.#happenedAtMs = undefined
  }

  /** Writes the line of a failure of ours, with its causes, which no caller gets to see. */
  failure(error: unknown, { requestId, gatewayRequestId, method, route }: RequestFacts): void {
    const request = { requestId, gatewayRequestId, method, route }
    if (isContention(error)) this.logger.warn({ ...error.facts, ...request }, 'too many writes for one user')
    else this.logger.error({ err: error, ...request }, 'failure')
  }

  /** Writes a line that is none of the log's own, as it is and whatever the level. */
  line(text: string): void {
    this.#lines.write(`${text}\n`)
  }

  /** Writes the line of a sweep: what it came to, and why it ended early where it failed. Cursors are ids, and stay out. */
  sweep({ outcome, tally, seconds, failure, finishedFailure }: SweepReport): void {
    if (finishedFailure !== undefined) {
      this.logger.warn({ err: finishedFailure }, 'the sweep did not learn which streams have finished')
    }
    const facts = { outcome, ...tally, seconds: Math.round(seconds * 1e3) / 1e3 }
    if (outcome === 'failed') this.logger.warn({ err: failure, ...facts }, 'sweep failed')
    else this.logger.info(facts, 'swept')
  }

  /** Lines that were dropped so far, because standard output was not read. */
  get droppedLines(): number {
    return this.#lines.dropped
  }

  /** Writes what is left. */
  flush(): void {
    this.#lines.flush()
  }
}

/** A decision as its line tells it: texts of callers escaped, and nothing that says nothing. */
function loggedDecision(decision: Decision): Readonly<Record<string, unknown>> {
  const { verb, outcome, user, lease, limit, active, ends = [], isIgnored, shadow } = decision
  const { stream, replaces, deviceType, contentId, plan, rule, graceUntil } = decision
  // A lease that goes on is described where it was taken, and heartbeats are most of all lines.
  const isGoingOn = verb === 'heartbeat' && outcome === 'renewed'
  return {
    verb,
    outcome,
    user: escaped(user),
    lease: escaped(lease),
    stream: escaped(stream),
    replaces: escaped(replaces),
    deviceType: isGoingOn ? undefined : escaped(deviceType),
    contentId: isGoingOn ? undefined : escaped(contentId),
    plan: escaped(plan),
    planNamed: decision.isPlanNamed === true ? true : undefined,
    ifMatch: decision.hasIfMatch === true ? true : undefined,
    report: decision.isReport === true ? true : undefined,
    by: decision.by,
    limit,
    active,
    rule,
    ends: ends.length === 0 ? undefined : ends.map(escapeId),
    ignored: isIgnored === true ? true : undefined,
    startedAt: decision.startedAt,
    graceUntil,
    shadow: shadow && { ...shadow, plan: escapeId(shadow.plan), ends: shadow.ends.map(escapeId) },
  }
}

function escaped(text: string | undefined): string | undefined {
  return text === undefined ? undefined : escapeId(text)
}

function instantOf(ms: number | undefined): string {
  return (ms === undefined ? new Date() : new Date(ms)).toISOString()
}
