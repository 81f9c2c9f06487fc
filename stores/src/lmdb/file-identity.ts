import { statSync, type BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { DATA_FILE, LOCK_FILE } from './data-file.ts'

/** Tells a file from another one at the same path, for as long as either is open. */
export function identityOf({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`
}

/** The identity of the file at this path. `undefined` if there is none. */
export function identityAt(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && identityOf(stats)
}

/**
 * The identity of the environment in this folder, which is that of its data and of its locks.
 * Processes with the same data and different locks write at the same time. `undefined` if one of
 * the files is missing.
 */
export function environmentIdentityAt(folder: string): string | undefined {
  const files = [DATA_FILE, LOCK_FILE].map((name) => identityAt(join(folder, name)))
  return files.includes(undefined) ? undefined : files.join(' ')
}
