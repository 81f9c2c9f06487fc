/**
 * A folder in which a copy is made, beside its place. Only a complete and flushed copy gets its
 * name, so that nothing else is ever mistaken for one.
 */
import { existsSync, linkSync, mkdtempSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PARTIAL_PREFIX } from './backups.ts'
import { DATA_FILE } from './data-file.ts'

/** File systems without hard links say so by one of these. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

/** The unfinished copy. Only its owner can read it. */
export class PartialFolder {
  readonly path: string

  /** @throws {Error} if the folder above is not there, cannot be written, or has no room. */
  constructor(parent: string, bytes: number) {
    assertRoom(parent, bytes)
    try {
      this.path = mkdtempSync(join(parent, PARTIAL_PREFIX))
    } catch (cause) {
      throw new Error(`nothing can be written to ${parent}`, { cause })
    }
  }

  get dataFile(): string {
    return join(this.path, DATA_FILE)
  }

  /** Puts the copy in place of what is there. Resolves after the flush. */
  async replace(target: string): Promise<void> {
    await flush(this.dataFile)
    renameSync(this.dataFile, target)
    await flush(dirname(target))
  }

  /**
   * Gives the copy its name. Resolves after the flush.
   *
   * @throws {Error} if something has that name already.
   */
  async publish(target: string): Promise<void> {
    await flush(this.dataFile)
    try {
      linkSync(this.dataFile, target)
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      if (existsSync(target)) throw new Error(`${target} is there already`, { cause: error })
      if (!NO_LINKS.includes(code)) throw error
      renameSync(this.dataFile, target)
    }
    await flush(dirname(target))
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** A full disk would also stop a service that uses it. */
function assertRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  if (free > bytes) return
  throw new Error(`${folder} has ${inMegabytes(free)} free, and the copy takes ${inMegabytes(bytes)}`)
}

/** A number of bytes for people. */
export function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
