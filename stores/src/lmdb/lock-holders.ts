/**
 * Other processes that have an environment open, perhaps by locks that are no longer in its folder.
 * Only Linux tells.
 */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DATA_FILE, LOCK_FILE } from './data-file.ts'
import { identityAt } from './file-identity.ts'

/**
 * The lock of a process that has an environment open, as Linux lists it: on the first byte of the
 * lock file. The device is left out, because some file systems name another one here.
 */
const SHARED_LOCK = / (\d+) [\da-f]+:[\da-f]+:(\d+) 0 0$/

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

/**
 * The other processes that use the environment in this folder, by id. A process in another
 * container is not seen, nor is any on a system other than Linux.
 */
export function holdersOf(folder: string): readonly number[] {
  const data = identityAt(join(folder, DATA_FILE))
  const open = namesIn('/proc').filter(
    (name) => /^\d+$/.test(name) && data !== undefined && filesOf(name).data.includes(data),
  )
  const holders = new Set([...open.map(Number), ...lockersOf(join(folder, LOCK_FILE))])
  return [...holders].filter((pid) => pid !== process.pid)
}

/** Processes that may belong to other users, so that their open files cannot be seen. */
function lockersOf(lockFile: string): readonly number[] {
  const inode = statSync(lockFile, { bigint: true, throwIfNoEntry: false })?.ino
  return lockLines().flatMap((line) => {
    const [, pid, locked] = SHARED_LOCK.exec(line) ?? []
    return locked !== undefined && locked === inode?.toString() ? [Number(pid)] : []
  })
}

function lockLines(): readonly string[] {
  try {
    return readFileSync('/proc/locks', 'utf8').split('\n')
  } catch {
    return []
  }
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
