import type { StoreAddress } from '@streamgate/stores/engine'
import { wholeNumber } from './parse.ts'
import {
  alternatives,
  ENGINES_WITH_REPLICAS,
  parseStore,
  SHARED_ENGINES,
  STORE_HELP,
} from './store-engines.ts'

/** The settings of the store. */
export const STORE_SETTINGS = {
  store: {
    variable: 'STREAMGATE_STORE',
    flag: '--store',
    placeholder: '<store>',
    fallback: 'lmdb:./data',
    help: `where leases are kept: ${STORE_HELP}`,
    parse: parseStore,
  },
  storeTimeoutMs: {
    variable: 'STREAMGATE_STORE_TIMEOUT_MS',
    flag: '--store-timeout-ms',
    placeholder: '<ms>',
    fallback: '500',
    help: 'longest wait for the store before the answer is 503',
    parse: wholeNumber(1, 60_000),
  },
  redisWaitReplicas: {
    variable: 'STREAMGATE_REDIS_WAIT_REPLICAS',
    flag: '--redis-wait-replicas',
    placeholder: '<number>',
    fallback: '0',
    help: 'on Redis: replicas that must have a start before it is answered. Otherwise the answer is 503',
    parse: wholeNumber(0, 10),
  },
} as const

type StoreChoice = {
  readonly store?: StoreAddress
  readonly workers?: number
  readonly redisWaitReplicas?: number
}

/** Settings that are each valid but do not fit the store. */
export function storeContradictions({ store, workers = 1, redisWaitReplicas = 0 }: StoreChoice): string[] {
  const faults: string[] = []
  if (store?.engine.isShared === false && workers > 1) {
    faults.push(
      `--workers ${workers} would keep a memory each, and so a limit each: use --store ${SHARED_ENGINES[0]?.usage}`,
    )
  }
  if (redisWaitReplicas > 0 && store !== undefined && store.engine.hasReplicas !== true) {
    faults.push(
      `--redis-wait-replicas ${redisWaitReplicas} needs ${alternatives(ENGINES_WITH_REPLICAS.map(({ usage }) => usage))} as --store, got ${store.text}`,
    )
  }
  return faults
}
