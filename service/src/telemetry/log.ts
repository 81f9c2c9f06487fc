/**
 * The log: one line for each decision, in JSON by pino or in words for a terminal.
 */
import { styleText } from 'node:util'
import { isContention, isStoreFailure } from '@streamgate/core'
import pino, { type Logger } from 'pino'
import type { RequestFacts } from './decision-event.ts'
import { decisionLines, type LineOptions, type LoggedDecisions } from './decision-line.ts'
import { LineOutput } from './line-output.ts'
import type { LogOptions } from './log-options.ts'
import { readableLine, type Paint } from './readable-line.ts'
import { UserIdHash } from '../text/user-id-hash.ts'

export type { Logger } from 'pino'

/** Takes lines of JSON, each with its line feed. */
type Sink = { readonly write: (line: string) => void }

/** A log on standard output. */
export class Log {
  readonly logger: Logger
  /** Whether people read it, so that its lines are words. */
  readonly isText: boolean
  readonly #lines = new LineOutput((lines) => this.logger.warn({ lines }, 'log lines dropped'))
  readonly #sink: Sink
  readonly #lineOptions: LineOptions
  /** Whether the store names users as the log does. */
  readonly #areStoredHashed: boolean

  constructor({ logLevel, logFormat = 'auto', logDecisions = 'changes', ...options }: LogOptions) {
    const { userIdKey, storeUserIds } = options
    this.#areStoredHashed = storeUserIds === 'hashed'
    const hashUser = userIdKey === undefined ? undefined : new UserIdHash(userIdKey).of
    this.#lineOptions = { which: logDecisions, hashUser }
    this.isText = logFormat === 'text' || (logFormat === 'auto' && process.stdout.isTTY)
    const pinoOptions = {
      level: logLevel,
      base: { pid: process.pid },
      formatters: { level: (label: string) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    }
    this.#sink = this.isText ? { write: (json) => this.#writeWords(json) } : this.#lines
    this.logger = pino(pinoOptions, this.#sink)
  }

  /** Writes a line for each of the decisions, if such decisions are logged. */
  decision(request: LoggedDecisions): void {
    if (request.decision === undefined || !this.logger.isLevelEnabled('info')) return
    const isHashed = request.areUsersAsStored === true && this.#areStoredHashed
    const options = isHashed ? { ...this.#lineOptions, hashUser: undefined } : this.#lineOptions
    for (const line of decisionLines(request, options)) this.#sink.write(line)
  }

  /**
   * Writes why a request failed, with all causes. No caller sees them.
   *
   * If the store is away all requests fail for one reason, which has a line of its own.
   */
  failure(error: unknown, { requestId, gatewayRequestId, method, route }: RequestFacts): void {
    const request = { requestId, gatewayRequestId, method, route }
    if (isContention(error)) this.logger.warn({ ...error.facts, ...request }, 'too many writes for one user')
    else logFailure(this.logger, { err: error, ...request }, 'failure')
  }

  /** Writes a line unchanged, at every level. */
  line(text: string): void {
    this.#lines.write(`${text}\n`)
  }

  /** How many lines were dropped because standard output was not read. */
  get droppedLines(): number {
    return this.#lines.dropped
  }

  #writeWords(json: string): void {
    const words = readableLine(json, paint)
    if (words !== undefined) this.#lines.write(words)
  }

  /** Writes what is left. */
  flush(): void {
    this.#lines.flush()
  }
}

/** Colours a text if standard output shows colours and NO_COLOR is not set. */
function paint(style: Parameters<Paint>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

/**
 * Writes an error: at the level `debug` if the store is away, which has a line of its own, and
 * otherwise as an error.
 */
export function logFailure(logger: Logger, facts: { readonly err: unknown }, message: string): void {
  if (isStoreFailure(facts.err)) logger.debug(facts, message)
  else logger.error(facts, message)
}
