import type { StoreAddress } from '@streamgate/stores/engine'
import { oneOf, wholeNumber } from './parse.ts'
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
  storeUserIds: {
    variable: 'STREAMGATE_STORE_USER_IDS',
    flag: '--store-user-ids',
    placeholder: '<how>',
    fallback: 'plain',
    help: 'how the store names users: plain, or hashed by --user-id-key. A change, of the key too, makes new users of all',
    parse: oneOf('plain', 'hashed'),
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

/** The store, and how it is used. */
export type StoreConfig = {
  readonly store: StoreAddress
  readonly storeTimeoutMs: number
  readonly storeUserIds: 'plain' | 'hashed'
  readonly redisWaitReplicas: number
}

type StoreChoice = Partial<StoreConfig> & {
  readonly workers?: number
  readonly userIdKey?: string | undefined
}

/** Settings that are each valid but do not fit the store. */
export function storeContradictions(choice: StoreChoice): string[] {
  const { store, workers = 1, redisWaitReplicas = 0, storeUserIds, userIdKey } = choice
  const faults: string[] = []
  if (storeUserIds === 'hashed' && userIdKey === undefined) {
    faults.push('--store-user-ids hashed needs --user-id-key (STREAMGATE_USER_ID_KEY)')
  }
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
