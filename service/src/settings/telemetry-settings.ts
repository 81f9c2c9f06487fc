import { closeSync, openSync } from 'node:fs'
import {
  LOG_DECISIONS,
  LOG_FORMATS,
  LOG_LEVELS,
  type AuditPlace,
  type LogDecisions,
  type LogFormat,
  type LogLevel,
} from '../telemetry/log-options.ts'
import type { MetricsConfig } from '../telemetry/metrics-sink.ts'
import { oneOf, parseSwitch, refuse } from './parse.ts'
import { reasonOf } from '../text/reason.ts'

/** What the service writes and reports, and to whom. */
export type TelemetryConfig = {
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
  readonly logDecisions: LogDecisions
  /** The secret by which user ids are hashed. `undefined` if they are shown as they are. */
  readonly userIdKey: string | undefined
  /** Where it is written which streams somebody else than their player ended. */
  readonly auditLog: AuditPlace
  readonly metrics: MetricsConfig
  /** Whether requests become spans of OpenTelemetry. */
  readonly tracing: boolean
}

/** The shortest key. A shorter one could be found by trying. */
const USER_ID_KEY_LENGTH_MIN = 16

/** The settings of the log, the metrics and the traces. */
export const TELEMETRY_SETTINGS = {
  logLevel: {
    variable: 'STREAMGATE_LOG_LEVEL',
    flag: '--log-level',
    placeholder: '<level>',
    fallback: 'info',
    help: `${LOG_LEVELS.join(', ')}. Decisions are info`,
    parse: oneOf(...LOG_LEVELS),
  },
  logFormat: {
    variable: 'STREAMGATE_LOG_FORMAT',
    flag: '--log-format',
    placeholder: '<format>',
    fallback: 'auto',
    help: 'json (one object a line), text (for people), or auto: text on a terminal, else json',
    parse: oneOf(...LOG_FORMATS),
  },
  logDecisions: {
    variable: 'STREAMGATE_LOG_DECISIONS',
    flag: '--log-decisions',
    placeholder: '<which>',
    fallback: 'changes',
    help: 'decisions that have a line in the log: changes (all but plain renewals, which are nearly all), all, or none. The metrics count every decision',
    parse: oneOf(...LOG_DECISIONS),
  },
  auditLog: {
    variable: 'STREAMGATE_AUDIT_LOG',
    flag: '--audit-log',
    placeholder: '<place>',
    fallback: 'log',
    help: 'where it is written which streams somebody else than their player ended, and why: log, a file such as ./audit.jsonl, or off',
    parse: parseAuditPlace,
  },
  userIdKey: {
    variable: 'STREAMGATE_USER_ID_KEY',
    flag: '--user-id-key',
    placeholder: '<text>',
    fallback: '',
    help: `secret of at least ${USER_ID_KEY_LENGTH_MIN} characters. User ids in the log are then hashed by it. By default they are shown as they are`,
    parse: parseUserIdKey,
  },
  metrics: {
    variable: 'STREAMGATE_METRICS',
    flag: '--metrics',
    placeholder: '<kind>',
    fallback: 'auto',
    help: 'prometheus (at /metrics), emf (log lines for CloudWatch, on AWS Lambda), off, or auto: emf on Lambda, else prometheus',
    parse: parseMetrics,
  },
  tracing: {
    variable: 'STREAMGATE_TRACING',
    flag: '--tracing',
    placeholder: '[on|off]',
    fallback: 'off',
    help: 'a span of OpenTelemetry for each request and each call to the store. Needs the package @opentelemetry/api, and an SDK that you load by node --import',
    parse: parseTracing,
  },
} as const

/** A file has a slash or a dot in its name, so that a misspelt `log` is not taken for one. */
function parseAuditPlace(text: string): AuditPlace {
  if (text === 'log' || text === 'off') return { kind: text }
  if (!/[./]/.test(text))
    return refuse(`must be log, off, or a file such as ./audit.jsonl, got ${JSON.stringify(text)}`)
  try {
    closeSync(openSync(text, 'a', 0o600))
  } catch (error) {
    return refuse(`must name a file that can be written, got ${JSON.stringify(text)}: ${reasonOf(error)}`)
  }
  return { kind: 'file', path: text }
}

/** The key is a secret, so a fault does not show it. */
function parseUserIdKey(text: string): string | undefined {
  if (text === '') return undefined
  if (text.length >= USER_ID_KEY_LENGTH_MIN) return text
  return refuse(`must have at least ${USER_ID_KEY_LENGTH_MIN} characters, got ${text.length}`)
}

/** The bundle for AWS Lambda does not hold the spans. */
function parseTracing(
  text: string,
  { AWS_LAMBDA_FUNCTION_NAME: functionName }: Readonly<NodeJS.ProcessEnv>,
): boolean {
  if (!parseSwitch(text)) return false
  return functionName === undefined || refuse('must not be on on AWS Lambda, which can trace by X-Ray')
}

/** Only AWS Lambda sets the variable that names the function. */
function parseMetrics(
  text: string,
  { AWS_LAMBDA_FUNCTION_NAME: functionName }: Readonly<NodeJS.ProcessEnv>,
): MetricsConfig {
  const kind = oneOf('auto', 'prometheus', 'emf', 'off')(text)
  if (kind === 'off') return { kind }
  if (functionName !== undefined && kind === 'prometheus') {
    return refuse('must not be prometheus on AWS Lambda, where a scrape would reach one instance of many')
  }
  if (functionName !== undefined) return { kind: 'emf', functionName }
  if (kind === 'prometheus') return { kind }
  if (kind === 'auto') return { kind: 'prometheus' }
  return refuse('must not be emf outside AWS Lambda, which sets AWS_LAMBDA_FUNCTION_NAME')
}
