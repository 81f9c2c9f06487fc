import { RedisServer } from '../../stores/test/redis/redis-server.ts'
import type { StoreServer } from './store-server.ts'

/**
 * All processes run on one machine, so the clock skew is small. With the default of 2 s most leases
 * of a history could be either live or expired, and there would be too many orders to try.
 */
const CLOCK_SKEW_MS = 20
const REQUEST_TIMEOUT_MS = 5000

/** Starts a server of Redis on a free port. */
export async function startRedis(): Promise<StoreServer> {
  const server = await RedisServer.start(() => {}, { settings: ['--appendfsync', 'everysec'] })
  return {
    store: `${server.url}?clockSkewMs=${CLOCK_SKEW_MS}&requestTimeoutMs=${REQUEST_TIMEOUT_MS}`,
    environment: {},
    skewMs: CLOCK_SKEW_MS,
    stop: () => server.end(),
  }
}
