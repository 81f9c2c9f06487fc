/**
 * The log: JSON lines by pino, one for each decision.
 */
import pino, { type Logger } from 'pino'
import type { AppObserver } from './app.ts'

export type { Logger } from 'pino'

/** How much is gathered before it is written, in bytes, and how long a line may wait for it. */
const BUFFER_BYTES = 4096
const FLUSH_MS = 200

/** Levels, from the most to the least. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A log to standard output. Lines are written together for speed; `flush` writes what is left. */
export function openLog(level: LogLevel): { readonly logger: Logger; readonly flush: () => void } {
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: BUFFER_BYTES,
    periodicFlush: FLUSH_MS,
  })
  const logger = pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  )
  return { logger, flush: () => flushNow(destination) }
}

/** Tells the log what the app does: a line for each decision, a line for each failure of ours. */
export function logObserver(logger: Logger): Pick<AppObserver, 'decided' | 'failed'> {
  return {
    decided: ({ verb, outcome, user, lease, limit, active }, { requestId, seconds }) =>
      logger.info(
        {
          verb,
          outcome,
          user: escapeId(user),
          lease: lease === undefined ? undefined : escapeId(lease),
          limit,
          active,
          requestId,
          ms: Math.round(seconds * 1e6) / 1e3,
        },
        'decision',
      ),
    failed: (error, { requestId, method, route }) =>
      logger.error({ err: error, requestId, method, route }, 'failure'),
  }
}

const PLAIN = /^[\w.~@:+=-]*$/
const AWKWARD = /[^\u0021-\u0024\u0026-\u007e]/gu

/**
 * An id as it may stand in a log line: printable ASCII without `%`, all else percent-encoded, so that no id
 * can break a line, colour a terminal, turn the reading direction, or pass for another.
 */
export function escapeId(id: string): string {
  return PLAIN.test(id)
    ? id
    : id.replace(AWKWARD, (character) => encodeURIComponent(character.toWellFormed()))
}

function flushNow(destination: { flushSync: () => void }): void {
  try {
    destination.flushSync()
  } catch {
    // The reader of our standard output is gone: there is nobody left to tell.
  }
}
