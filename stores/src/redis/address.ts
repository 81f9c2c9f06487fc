/**
 * Addresses of Redis and Valkey:
 *
 *     redis://<user>:<password>@<host>:<port>/<database>
 *     rediss://…                                                the same over TLS
 *     redis+sentinel://<host>:<port>,<host>:<port>/<master>/<database>
 *     redis+cluster://<host>:<port>,<host>:<port>
 *
 * They follow the "redis" URI scheme (IANA, provisional). A `%` in a name or password is `%25`.
 */
import { decoded, optionsText, parsedOptions, type GivenOptions } from '../address-options.ts'
import { masked } from '../engine.ts'

/** What an address can set. */
const OPTIONS = {
  clockSkewMs: { min: 0, max: 60_000 },
  requestTimeoutMs: { min: 1, max: 60_000 },
  /** What the name of every key begins with. */
  prefix: 'text',
  /** `on` for TLS to a cluster or to what Sentinel names. */
  tls: 'text',
  /** Files in PEM: the authorities to trust, and the client's own certificate and key. */
  ca: 'text',
  cert: 'text',
  key: 'text',
  /** The password of the Sentinels, if they have one. */
  sentinelPassword: 'text',
} as const

type RedisOptions = GivenOptions<typeof OPTIONS>

/** One server. */
export type RedisHost = { readonly host: string; readonly port: number }

/** How the servers work together. */
export type RedisKind = 'single' | 'sentinel' | 'cluster'

/** Where a Redis is, and how to get in. */
export type RedisPlace = {
  readonly kind: RedisKind
  readonly hosts: readonly [RedisHost, ...RedisHost[]]
  readonly username?: string
  readonly password?: string
  readonly database: number
  /** The name by which the Sentinels know the master. */
  readonly master?: string
  readonly isTls: boolean
  readonly options: RedisOptions
  /** The address without secrets. */
  readonly text: string
}

/** The schemes, with how their servers work together. */
export const REDIS_SCHEMES = {
  redis: { kind: 'single', port: 6379, usage: 'redis://<host>:<port>/<database>' },
  rediss: { kind: 'single', port: 6379, usage: 'rediss://<host>:<port>/<database>' },
  'redis+sentinel': {
    kind: 'sentinel',
    port: 26_379,
    usage: 'redis+sentinel://<host>:<port>,…/<master>/<database>',
  },
  'redis+cluster': { kind: 'cluster', port: 6379, usage: 'redis+cluster://<host>:<port>,…' },
} as const satisfies Record<string, { kind: RedisKind; port: number; usage: string }>

/** The scheme of an address of Redis, without the colon. */
export type RedisScheme = keyof typeof REDIS_SCHEMES

const AUTHORITY = /^\/\/(?:([^@/?]*)@)?([^@/?]+)(?:\/([^?]*))?(?:\?(.*))?$/
/** A name or an IPv4 address, or an IPv6 address in brackets, and perhaps a port. */
const HOST = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/
const PORT_MAX = 65_535

/**
 * Reads the text after the scheme's colon.
 *
 * @throws {Error} that says what is wrong, as "must be …", without the password.
 */
export function parseRedisAddress(scheme: RedisScheme, text: string): RedisPlace {
  const [whole, userinfo, authority = '', path = '', query] = AUTHORITY.exec(text) ?? []
  if (whole === undefined) throw notAnAddress(scheme, text)
  const { kind, port } = REDIS_SCHEMES[scheme]
  const hosts = authority.split(',').map((host) => hostIn(host, port) ?? fail(notAnAddress(scheme, text)))
  const [first, ...others] = hosts
  if (first === undefined || (kind === 'single' && others.length > 0)) throw notAnAddress(scheme, text)
  const options = query === undefined ? {} : parsedOptions(query, OPTIONS)
  assertOptionsFit(scheme, options)
  return {
    kind,
    hosts: [first, ...others],
    ...credentialsIn(userinfo, () => notAnAddress(scheme, text)),
    ...pathIn(kind, path, () => notAnAddress(scheme, text)),
    isTls: scheme === 'rediss' || options.tls === 'on',
    options,
    text: shown(scheme, { userinfo, authority, path, options }),
  }
}

function notAnAddress(scheme: RedisScheme, text: string): Error {
  const got = JSON.stringify(masked(`${scheme}:${text}`))
  return new Error(`must be ${REDIS_SCHEMES[scheme].usage}, got ${got}`)
}

function fail(error: Error): never {
  throw error
}

function hostIn(text: string, portDefault: number): RedisHost | undefined {
  const [whole, ipv6, name, digits] = HOST.exec(text) ?? []
  const host = ipv6 ?? name
  const port = digits === undefined ? portDefault : Number(digits)
  const isValid = whole !== undefined && host !== undefined && port >= 1 && port <= PORT_MAX
  return isValid ? { host, port } : undefined
}

function credentialsIn(userinfo: string | undefined, malformed: () => Error) {
  if (userinfo === undefined) return {}
  const colon = userinfo.indexOf(':')
  const username = decoded(colon === -1 ? userinfo : userinfo.slice(0, colon))
  const password = colon === -1 ? undefined : decoded(userinfo.slice(colon + 1))
  if (username === undefined || (colon !== -1 && password === undefined)) throw malformed()
  return { ...(username !== '' && { username }), ...(password !== undefined && { password }) }
}

function pathIn(kind: RedisKind, path: string, malformed: () => Error) {
  const parts = path === '' ? [] : path.split('/')
  const master = kind === 'sentinel' ? decoded(parts.shift() ?? '') : undefined
  const [digits = '0', ...rest] = parts
  const isDatabase = /^\d{1,5}$/.test(digits) && rest.length === 0
  const isFit = kind === 'cluster' ? path === '' : isDatabase
  if (!isFit || master === '') throw malformed()
  return { database: Number(digits), ...(master !== undefined && { master }) }
}

function assertOptionsFit(scheme: RedisScheme, { tls, sentinelPassword, cert, key }: RedisOptions): void {
  if (tls !== undefined && tls !== 'on' && tls !== 'off') {
    throw new Error(`must have tls=on or tls=off, got ${JSON.stringify(tls)}`)
  }
  if (scheme === 'redis' && tls === 'on') throw new Error('must be rediss:// for TLS, not tls=on')
  if (scheme === 'rediss' && tls === 'off') throw new Error('must be redis:// without TLS, not tls=off')
  if ((cert === undefined) !== (key === undefined)) throw new Error('must have both cert and key, or none')
  if (sentinelPassword !== undefined && scheme !== 'redis+sentinel') {
    throw new Error('has the option sentinelPassword only as redis+sentinel://')
  }
}

type Parts = {
  readonly userinfo: string | undefined
  readonly authority: string
  readonly path: string
  readonly options: RedisOptions
}

function shown(scheme: RedisScheme, { userinfo, authority, path, options }: Parts): string {
  const isSecret = options.sentinelPassword !== undefined
  const query = optionsText({ ...options, ...(isSecret && { sentinelPassword: '***' }) })
  return `${scheme}://${userinfo === undefined ? '' : '***@'}${authority}${path === '' ? '' : `/${path}`}${query}`
}
