import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { malformed, type StoreAddress, type StoreEngine } from '../engine.ts'
import { DATA_FILE } from './data-file.ts'

/** Rosters in a folder on a local disk, for the processes of one host. */
export const LMDB: StoreEngine = {
  scheme: 'lmdb',
  usage: 'lmdb:<folder>',
  remark: 'on a local disk',
  isShared: true,
  isBilledByReads: false,
  needsTimeLimit: true,
  parse: (path) => {
    if (path === '') throw malformed(LMDB, path)
    return addressOf(path)
  },
}

function addressOf(path: string): StoreAddress {
  return {
    engine: LMDB,
    text: `lmdb:${path}`,
    absoluteText: `lmdb:${resolve(path)}`,
    clockSkewMs: 0,
    isThere: () => existsSync(path),
    identity: () => {
      const stats = statSync(join(path, DATA_FILE), { bigint: true, throwIfNoEntry: false })
      return stats && `${stats.dev}:${stats.ino}`
    },
    open: async ({ warn } = {}) => {
      const { LmdbStore } = await import('./lmdb-store.ts')
      return new LmdbStore({ path, ...(warn !== undefined && { warn }) })
    },
  }
}
