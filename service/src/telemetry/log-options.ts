/** The levels of the log, from the one that shows most to the one that shows nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** How log lines look: JSON for programs, text for people. `auto` chooses text on a terminal. */
export const LOG_FORMATS = ['auto', 'json', 'text'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]

/** Which decisions have a line. `changes`: all but plain renewals. */
export const LOG_DECISIONS = ['changes', 'all', 'none'] as const
export type LogDecisions = (typeof LOG_DECISIONS)[number]

/** Where the audit goes: into the log, into a file, or nowhere. */
export type AuditPlace = { readonly kind: 'log' | 'off' } | { readonly kind: 'file'; readonly path: string }

/** What a log needs to know. */
export type LogOptions = {
  readonly logLevel: LogLevel
  readonly logFormat?: LogFormat
  readonly logDecisions?: LogDecisions
  /** The secret by which user ids are hashed. Without it they are shown as they are. */
  readonly userIdKey?: string | undefined
  /** Whether the store holds these hashes too. By default it holds ids as they are. */
  readonly storeUserIds?: 'plain' | 'hashed'
}
