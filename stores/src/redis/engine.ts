import type { OpenOptions, StoreAddress, StoreEngine } from '../engine.ts'
import { parseRedisAddress, REDIS_SCHEMES, type RedisPlace, type RedisScheme } from './address.ts'

/** Hosts on one network agree within milliseconds, so this is ample. */
const CLOCK_SKEW_DEFAULT_MS = 2000

/** Rosters in Redis or Valkey, for any number of hosts, each with its own clock. */
export const REDIS: readonly StoreEngine[] = [
  engineOf('redis'),
  engineOf('rediss'),
  engineOf('redis+sentinel'),
  engineOf('redis+cluster'),
]

function engineOf(scheme: RedisScheme): StoreEngine {
  const engine: StoreEngine = {
    scheme,
    usage: REDIS_SCHEMES[scheme].usage,
    remark: '',
    isShared: true,
    isBilledByReads: false,
    needsTimeLimit: true,
    backupAdvice:
      'let Redis write its append-only file (appendonly yes), and copy its snapshots (BGSAVE writes dump.rdb)',
    hasReplicas: scheme !== 'redis+cluster',
    parse: (text) => addressOf(engine, parseRedisAddress(scheme, text)),
  }
  return engine
}

function addressOf(engine: StoreEngine, place: RedisPlace): StoreAddress {
  const clockSkewMs = place.options.clockSkewMs ?? CLOCK_SKEW_DEFAULT_MS
  return {
    engine,
    text: place.text,
    absoluteText: place.text,
    clockSkewMs,
    isThere: () => true,
    identity: () => undefined,
    open: async ({ warn, waitReplicas }: OpenOptions = {}) => {
      const { RedisStore } = await import('./redis-store.ts')
      const store = new RedisStore({ place, warn, waitReplicas })
      await store.inspect()
      return store
    },
    examine: async (nowMs) => {
      const { examine } = await import('./examination.ts')
      return examine(place, { nowMs, skewMaxMs: clockSkewMs })
    },
  }
}
