/**
 * The log: one JSON line for each decision, by pino.
 */
import { isContention } from '@streamgate/core'
import pino, { type Logger } from 'pino'
import { decisionsIn, type AnsweredRequest, type RequestFacts } from './decision-event.ts'
import { decisionLine } from './decision-line.ts'
import { LineOutput } from './line-output.ts'
import type { LogLevel } from './log-levels.ts'

export type { Logger } from 'pino'

/** A log on standard output. */
export class Log {
  readonly logger: Logger
  readonly #lines = new LineOutput((lines) => this.logger.warn({ lines }, 'log lines dropped'))
  /** The time of the next line, if the event happened before now. */
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

  /** Writes a line for each decision of the request. A request without decisions has no line. */
  decision({ decision, atMs, requestId, gatewayRequestId, seconds }: AnsweredRequest): void {
    const ms = Math.round(seconds * 1e6) / 1e3
    this.#happenedAtMs = atMs
    for (const one of decisionsIn(decision)) {
      this.logger.info({ ...decisionLine(one), requestId, gatewayRequestId, ms }, 'decision')
    }
    this.#happenedAtMs = undefined
  }

  /** Writes why a request failed, with all causes. No caller sees them. */
  failure(error: unknown, { requestId, gatewayRequestId, method, route }: RequestFacts): void {
    const request = { requestId, gatewayRequestId, method, route }
    if (isContention(error)) this.logger.warn({ ...error.facts, ...request }, 'too many writes for one user')
    else this.logger.error({ err: error, ...request }, 'failure')
  }

  /** Writes a line unchanged, at every level. */
  line(text: string): void {
    this.#lines.write(`${text}\n`)
  }

  /** How many lines were dropped because standard output was not read. */
  get droppedLines(): number {
    return this.#lines.dropped
  }

  /** Writes what is left. */
  flush(): void {
    this.#lines.flush()
  }
}

function instantOf(ms: number | undefined): string {
  return (ms === undefined ? new Date() : new Date(ms)).toISOString()
}
