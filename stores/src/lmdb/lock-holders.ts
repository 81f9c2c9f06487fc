/**
 * Other processes that have an environment open by locks that are no longer in its folder. Only
 * Linux tells, and only of processes that this one may look at.
 */
import { readdirSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DATA_FILE, LOCK_FILE } from './data-file.ts'
import { identityAt } from './file-identity.ts'

/** What Linux adds to the path of an open file that was deleted. */
const DELETED = / \(deleted\)$/

/**
 * Makes sure that no other process writes to the data of this folder by other locks.
 *
 * @throws {Error} that names the process.
 */
export function assertSameLocks(folder: string): void {
  const data = identityAt(join(folder, DATA_FILE)) ?? ''
  const held = namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, ...filesOf(pid) }))
    .filter((files) => files.data.includes(data) && files.locks.length > 0)
  // LMDB opens the locks first. So the locks of every process that was found are there by now.
  const current = identityAt(join(folder, LOCK_FILE)) ?? ''
  const holder = held.find(({ locks }) => !locks.includes(current))
  if (holder === undefined) return
  throw new Error(
    `${join(folder, LOCK_FILE)} was deleted or replaced while process ${holder.pid} uses ${join(folder, DATA_FILE)}. Stop that process first`,
  )
}

type OpenFiles = { readonly data: readonly string[]; readonly locks: readonly string[] }

/** The data and the locks of environments that this process has open, by identity. */
function filesOf(pid: string): OpenFiles {
  const open = namesIn(`/proc/${pid}/fd`).map((name) => `/proc/${pid}/fd/${name}`)
  const identitiesOf = (wanted: string) => open.flatMap((path) => identityIfNamed(wanted, path))
  return { data: identitiesOf(DATA_FILE), locks: identitiesOf(LOCK_FILE) }
}

/** Empty if the file has another name, or was closed meanwhile. */
function identityIfNamed(wanted: string, path: string): readonly string[] {
  try {
    if (basename(readlinkSync(path).replace(DELETED, '')) !== wanted) return []
    const identity = identityAt(path)
    return identity === undefined ? [] : [identity]
  } catch {
    return []
  }
}

/** Empty if the folder is not there or may not be read. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
