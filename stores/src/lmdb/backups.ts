import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { DATA_FILE } from './data-file.ts'
import { inspect } from './inspection.ts'

/** A copy of a data file. */
export type Backup = { readonly path: string; readonly modifiedAt: Date }

/** What the name of a folder begins with that holds an unfinished copy. */
export const PARTIAL_PREFIX = '.partial-'

/**
 * The newest whole backup next to an environment: `data.mdb.*` in its folder, or `data.mdb` or
 * `data.mdb.*` in a sibling folder whose name contains the folder's name, as in `data.bak` or
 * `2026-11-25-data`.
 */
export function newestBackup(folder: string): Backup | undefined {
  const own = resolve(folder)
  const beside = namesIn(dirname(own)).filter(
    (name) => name !== basename(own) && name.includes(basename(own)) && !name.startsWith(PARTIAL_PREFIX),
  )
  const within = copiesIn(own).filter(({ path }) => basename(path) !== DATA_FILE)
  return newestFirst([...within, ...beside.flatMap((name) => copiesIn(join(dirname(own), name)))]).find(
    ({ path }) => isSound(path),
  )
}

/** `data.mdb` and `data.mdb.*` in a folder, the one that was modified last first. */
export function copiesBy(folder: string): readonly Backup[] {
  return newestFirst(copiesIn(folder))
}

function copiesIn(folder: string): readonly Backup[] {
  return namesIn(folder)
    .filter((name) => name.startsWith(DATA_FILE))
    .flatMap((name) => fileAt(join(folder, name)))
}

function newestFirst(copies: readonly Backup[]): readonly Backup[] {
  return copies.toSorted((one, other) => other.modifiedAt.getTime() - one.modifiedAt.getTime())
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
