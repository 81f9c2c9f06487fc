/**
 * The settings and how they are read. Only this file reads the environment.
 */
import { AUTH_SETTINGS, authContradictions, openHostFaults, type AuthConfig } from './auth-settings.ts'
import { readPolicy, type PolicySource } from '../policy/policy-file.ts'
import { CORS_HEADERS_DEFAULT, parseCorsHeaders, parseCorsOrigins, type CorsOrigins } from './cors-origins.ts'
import { ConfigError } from './config-error.ts'
import { parseSwitch, refuse, wholeNumber } from './parse.ts'
import type { IpRange } from '../text/ip-address.ts'
import { reasonOf } from '../text/reason.ts'
import { PLAYBACK_SETTINGS, type PlaybackConfig } from './playback-settings.ts'
import { STORE_SETTINGS, storeContradictions, type StoreConfig } from './store-settings.ts'
import { NETWORK_SETTINGS } from './network-settings.ts'
import { RATE_SETTINGS, type RateConfig } from './rate-settings.ts'
import { TELEMETRY_SETTINGS, type TelemetryConfig } from './telemetry-settings.ts'
import { SWEEP_SETTINGS, type SweepConfig } from './sweep-settings.ts'
import { PORT } from './port-setting.ts'
import { unknownVariables } from './unknown-variables.ts'

/** The settings that have files of their own. */
type GroupedConfig = StoreConfig & AuthConfig & RateConfig & PlaybackConfig & TelemetryConfig & SweepConfig

/** A configuration that is valid. */
export type Config = GroupedConfig & {
  readonly host: string
  readonly port: number
  readonly policy: PolicySource
  readonly finishedRefreshMs: number
  readonly finishedKeptMs: number
  readonly workers: number
  readonly samples: boolean
  readonly drainSeconds: number
  readonly inFlightMax: number
  readonly corsOrigins: CorsOrigins
  readonly corsHeaders: readonly string[]
  readonly trustedProxies: readonly IpRange[]
  readonly forwardedHeader: 'auto' | 'x-forwarded-for' | 'forwarded'
  readonly networkIpv4Bits: number
  readonly networkIpv6Bits: number
  readonly networkKey: string | undefined
}

/** One setting: its variable, its flag, its help, and how its text is parsed. */
type Setting<Value> = {
  readonly variable: `STREAMGATE_${string}`
  readonly flag: string
  /**
   * What follows the flag in a usage line: `<required>`, or `[optional]`, which means on if it is
   * left out.
   */
  readonly placeholder: string
  readonly fallback: string
  readonly help: string
  /** @throws {Error} with what is wrong, as "must be …". */
  readonly parse: (text: string, environment: Readonly<NodeJS.ProcessEnv>) => Value
}

/** All settings, in the order of the help. */
export const SETTINGS = {
  host: {
    variable: 'STREAMGATE_HOST',
    flag: '--host',
    placeholder: '<address>',
    fallback: '127.0.0.1',
    help: 'address to listen on',
    parse: (text) => (text === '' ? refuse('must be an address') : text),
  },
  port: PORT,
  ...STORE_SETTINGS,
  policy: {
    variable: 'STREAMGATE_POLICY',
    flag: '--policy',
    placeholder: '<file>',
    fallback: '',
    help: 'JSON file with plans, or the JSON itself. Built in: 3 streams, lease 75 s, heartbeat 25 s, deny when full',
    parse: readPolicy,
  },
  finishedRefreshMs: {
    variable: 'STREAMGATE_FINISHED_REFRESH_SECONDS',
    flag: '--finished-refresh-seconds',
    placeholder: '<seconds>',
    fallback: '2',
    help: 'how soon every process knows that a stream has finished',
    parse: (text) => wholeNumber(1, 3600)(text) * 1000,
  },
  finishedKeptMs: {
    variable: 'STREAMGATE_FINISHED_HOURS',
    flag: '--finished-hours',
    placeholder: '<hours>',
    fallback: '48',
    help: 'how long a finished stream cannot be started again',
    parse: (text) => wholeNumber(1, 8760)(text) * 3_600_000,
  },
  workers: {
    variable: 'STREAMGATE_WORKERS',
    flag: '--workers',
    placeholder: '<number>',
    fallback: '1',
    help: 'number of processes on the same port and store',
    parse: wholeNumber(1, 256),
  },
  samples: {
    variable: 'STREAMGATE_SAMPLES',
    flag: '--samples',
    placeholder: '[on|off]',
    fallback: 'off',
    help: 'add sample users user1 (1 stream) and user2 (3 streams) if they hold nothing',
    parse: parseSwitch,
  },
  ...AUTH_SETTINGS,
  drainSeconds: {
    variable: 'STREAMGATE_DRAIN_SECONDS',
    flag: '--drain-seconds',
    placeholder: '<seconds>',
    fallback: '2',
    help: 'time from SIGTERM until the port closes. /readyz answers 503 meanwhile, so load balancers move on',
    parse: wholeNumber(0, 600),
  },
  inFlightMax: {
    variable: 'STREAMGATE_IN_FLIGHT_MAX',
    flag: '--in-flight-max',
    placeholder: '<number>',
    fallback: '10000',
    help: 'concurrent requests per process. Above that the answer is 429',
    parse: wholeNumber(1, 1_000_000),
  },
  ...RATE_SETTINGS,
  ...PLAYBACK_SETTINGS,
  corsOrigins: {
    variable: 'STREAMGATE_CORS_ORIGINS',
    flag: '--cors-origins',
    placeholder: '<origins>',
    fallback: '',
    help: 'origins whose pages may call, separated by commas, or *. By default no page may call',
    parse: parseCorsOrigins,
  },
  corsHeaders: {
    variable: 'STREAMGATE_CORS_HEADERS',
    flag: '--cors-headers',
    placeholder: '<names>',
    fallback: CORS_HEADERS_DEFAULT,
    help: 'request headers that those pages may send, separated by commas',
    parse: parseCorsHeaders,
  },
  ...NETWORK_SETTINGS,
  ...TELEMETRY_SETTINGS,
  ...SWEEP_SETTINGS,
} satisfies Record<keyof Config, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS

/** Values given on the command line, by setting. */
export type Flags = Readonly<Partial<Record<SettingName, string>>>

/**
 * The configuration from flags, then the environment, then defaults.
 *
 * @throws {ConfigError} for every unknown or invalid setting, each by name.
 */
export function loadConfig(flags: Flags, environment: Readonly<NodeJS.ProcessEnv> = process.env): Config {
  const faults = unknownVariables(
    environment,
    Object.values(SETTINGS).map(({ variable }) => variable),
  )
  const read = <Name extends SettingName>(
    name: Name,
  ): ReturnType<(typeof SETTINGS)[Name]['parse']> | undefined => {
    const setting: Setting<unknown> = SETTINGS[name]
    const text = flags[name] ?? environment[setting.variable] ?? setting.fallback
    try {
      return setting.parse(text, environment) as ReturnType<(typeof SETTINGS)[Name]['parse']>
    } catch (error) {
      const origin = flags[name] === undefined ? setting.variable : setting.flag
      faults.push(`${origin} ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }
  const settings = Object.fromEntries(
    (Object.keys(SETTINGS) as SettingName[]).map((name) => [name, read(name)]),
  ) as Config
  const isAuthSaid = flags.auth !== undefined || environment[SETTINGS.auth.variable] !== undefined
  faults.push(...openHostFaults(settings.host, isAuthSaid), ...storeContradictions(settings))
  const isLambda = environment['AWS_LAMBDA_FUNCTION_NAME'] !== undefined
  if (faults.length === 0) faults.push(...authContradictions(settings, isLambda))
  if (faults.length > 0) throw new ConfigError(faults)
  return settings
}

/**
 * The store alone, for what must work while another setting is faulty: a service goes on with its
 * former policy, and needs backups meanwhile.
 *
 * @throws {ConfigError} for an invalid store, and for unknown variables: one may be meant for it.
 */
export function loadStore(
  flag: string | undefined,
  environment: Readonly<NodeJS.ProcessEnv> = process.env,
): Config['store'] {
  const known = Object.values(SETTINGS).map(({ variable }) => variable)
  const unknown = unknownVariables(environment, known)
  if (unknown.length > 0) throw new ConfigError(unknown)
  const { store } = SETTINGS
  try {
    return store.parse(flag ?? environment[store.variable] ?? store.fallback)
  } catch (error) {
    throw new ConfigError([`${flag === undefined ? store.variable : store.flag} ${reasonOf(error)}`])
  }
}

/** Whether the environment names proxies whose headers are read. */
export function isProxyTrusted(environment: Readonly<NodeJS.ProcessEnv> = process.env): boolean {
  return (environment[SETTINGS.trustedProxies.variable] ?? '') !== ''
}
