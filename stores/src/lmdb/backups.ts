import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { DATA_FILE } from './data-file.ts'
import { inspect } from './inspection.ts'

/** A whole copy of a data file. */
export type Backup = { readonly path: string; readonly modifiedAt: Date }

/**
 * The newest whole backup next to an environment: `data.mdb.*` in its folder, or `data.mdb` in a
 * sibling folder whose name contains the folder's name, as in `data.bak` or `2026-11-25-data`.
 */
export function newestBackup(folder: string): Backup | undefined {
  const own = resolve(folder)
  const within = namesIn(own).filter((name) => name !== DATA_FILE && name.startsWith(DATA_FILE))
  const beside = namesIn(dirname(own)).filter(
    (name) => name !== basename(own) && name.includes(basename(own)),
  )
  return [
    ...within.map((name) => join(own, name)),
    ...beside.map((name) => join(dirname(own), name, DATA_FILE)),
  ]
    .flatMap(fileAt)
    .toSorted((one, other) => other.modifiedAt.getTime() - one.modifiedAt.getTime())
    .find(({ path }) => isSound(path))
}

function isSound(path: string): boolean {
  try {
    return inspect(path).state === 'sound'
  } catch {
    return false
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function fileAt(path: string): readonly Backup[] {
  try {
    const stats = statSync(path)
    return stats.isFile() ? [{ path, modifiedAt: stats.mtime }] : []
  } catch {
    return []
  }
}
