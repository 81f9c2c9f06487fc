/** How the driver is set up. The reasons for ioredis stand in ARCHITECTURE.md. */
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { RedisPlace } from './address.ts'
import { SCRIPTS } from './scripts.ts'

/** A server that is silent for so many time limits is taken for gone, and looked for again. */
const SILENT_TIMEOUTS = 2
/** The wait before the first attempt to connect again. It doubles with each, up to the longest. */
const RECONNECT_MS_MIN = 50
const RECONNECT_MS_MAX = 2000
/** Longest wait for a connection. */
const CONNECT_TIMEOUT_MS = 2000
/** A cluster that moves slots may redirect a call a few times. */
const REDIRECTIONS_MAX = 8

/**
 * The driver for this place, not yet connected.
 *
 * @throws {Error} if a certificate cannot be read.
 */
export function clientOf(place: RedisPlace, timeoutMs: number): Redis | Cluster {
  const { kind, hosts, username, password, database, master = '', isTls, options } = place
  const common = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isTls && { tls: tlsOf(options) }),
    commandTimeout: timeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENT_TIMEOUTS * timeoutMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: false,
    connectionName: 'streamgate',
    scripts: SCRIPTS,
  } satisfies RedisOptions
  if (kind === 'cluster') {
    return new Cluster([...hosts], {
      redisOptions: common,
      lazyConnect: true,
      scripts: SCRIPTS,
      enableOfflineQueue: false,
      maxRedirections: REDIRECTIONS_MAX,
      clusterRetryStrategy: retryAfterMs,
      slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    })
  }
  const single = {
    ...common,
    db: database,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: retryAfterMs,
    // The server became a replica: another one is the master now.
    reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
  } satisfies RedisOptions
  if (kind === 'single') return new Redis({ ...single, ...hosts[0] })
  return new Redis({
    ...single,
    sentinels: [...hosts],
    name: master,
    sentinelRetryStrategy: retryAfterMs,
    failoverDetector: true,
    enableTLSForSentinelMode: isTls,
    ...(options.sentinelPassword !== undefined && { sentinelPassword: options.sentinelPassword }),
  })
}

/** With jitter, so that processes do not come back in step. */
function retryAfterMs(attempt: number): number {
  const longestMs = Math.min(RECONNECT_MS_MIN * 2 ** Math.min(attempt, 10), RECONNECT_MS_MAX)
  return randomInt(longestMs / 2, longestMs)
}

function tlsOf({ ca, cert, key }: RedisPlace['options']) {
  return {
    ...(ca !== undefined && { ca: readFileSync(ca, 'utf8') }),
    ...(cert !== undefined && { cert: readFileSync(cert, 'utf8') }),
    ...(key !== undefined && { key: readFileSync(key, 'utf8') }),
  }
}
