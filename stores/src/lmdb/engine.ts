import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { malformed, type StoreAddress, type StoreEngine } from '../engine.ts'
import { environmentIdentityAt } from './file-identity.ts'

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
    identity: () => environmentIdentityAt(path),
    open: async ({ warn, opened } = {}) => {
      const { LmdbStore } = await import('./lmdb-store.ts')
      const store = new LmdbStore({ path, ...(warn !== undefined && { warn }) })
      opened?.(store.identity)
      return store
    },
    backups: {
      backUp: async (request) => (await import('./backup.ts')).backUp(path, request),
      restore: async (request) => (await import('./restoration.ts')).restore(path, request),
    },
    examine: async () => (await import('./examination.ts')).examine(path),
  }
}
