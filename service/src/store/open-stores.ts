import type { Store } from '@streamgate/core'
import type { StoreAddress } from '@streamgate/stores/engine'
import type { StoreCall } from '@streamgate/stores/wrappers'
import type { Logger } from '../telemetry/log.ts'
import { guarded, openLogged } from './open-store.ts'
import { addSamples } from './samples.ts'
import { forUserIds, type StoredUsers } from './stored-users.ts'

/** The settings of the store. */
type StoreSettings = StoredUsers & {
  readonly store: StoreAddress
  readonly storeTimeoutMs: number
  readonly redisWaitReplicas: number
  readonly samples: boolean
}

/** What opening a store needs beside its settings. */
export type OpenStoresParts = {
  readonly logger: Logger
  readonly onCall: (call: StoreCall) => void
  /** Makes spans of its calls, if calls have spans. */
  readonly traced: (store: Store) => Store
  /** Milliseconds since the epoch, and milliseconds that never go back. */
  readonly now: () => number
  readonly monotonicMs: () => number
}

/** One store, in the three ways in which a service uses it. */
export type OpenedStores = {
  /** As it was opened. */
  readonly engine: Store
  /** The identity of an embedded store. */
  readonly storeIdentity: string | undefined
  /** For walks over all users, by the ids that the store has. */
  readonly walked: Store
  /** For calls by users' own ids. */
  readonly store: Store
}

/** @throws {Error} that names the setting, with the reason as its cause. */
export async function openStores(settings: StoreSettings, parts: OpenStoresParts): Promise<OpenedStores> {
  const { store: address, storeTimeoutMs, redisWaitReplicas, samples } = settings
  const { traced, now, ...told } = parts
  const opened = await openLogged(address, told.logger, redisWaitReplicas)
  const walked = traced(guarded(opened.engine, { address, storeTimeoutMs, ...told }))
  const store = forUserIds(walked, settings)
  if (samples) await addSamples(store, now())
  return { ...opened, walked, store }
}
