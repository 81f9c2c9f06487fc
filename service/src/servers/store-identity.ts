import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreConfig } from '../settings/store-address.ts'

/**
 * Tells an embedded store from another one at the same path: the same text as long as the data file is the same one, and
 * undefined if there is none, or the store is no file.
 */
export function storeIdentity(store: StoreConfig): string | undefined {
  if (store.kind !== 'lmdb') return undefined
  const stats = statSync(join(store.path, 'data.mdb'), { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}`
}
