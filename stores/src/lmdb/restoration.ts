/** Makes an environment from a backup. */
import {
  chownSync,
  constants,
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  readdirSync,
  statSync,
  type Stats,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CopyReport, RestoreRequest } from '../store-backups.ts'
import { timeName } from './backup.ts'
import { copiesBy, PARTIAL_PREFIX } from './backups.ts'
import { DATA_FILE } from './data-file.ts'
import { makeFolder } from './environment-files.ts'
import { inspect, isFlawless } from './inspection.ts'
import { holdersOf } from './lock-holders.ts'
import { PartialFolder } from './partial-folder.ts'
import { usersIn } from './stored-users.ts'

/** How much of the file is in memory at once. */
const CHUNK_BYTES = 0x10_0000

/** What may be in an empty folder: the root of a file system has one. */
const LOST_AND_FOUND = 'lost+found'

/** Copies a backup into this folder. See `StoreBackups`. */
export async function restore(path: string, request: RestoreRequest): Promise<CopyReport> {
  const folder = resolve(path)
  const from = sourceOf(request.from)
  const to = join(folder, DATA_FILE)
  assertBackup(from)
  assertFree(folder, request)
  makeFolder(folder)
  const { size } = statSync(from)
  const partial = new PartialFolder(folder, size)
  try {
    await copy(from, partial.dataFile, request)
    assertBackup(partial.dataFile)
    const users = await usersIn(partial.path)
    giveTo(statSync(folder), partial.dataFile)
    assertFree(folder, request)
    const former = keepFormer(to, request)
    await (former === undefined ? partial.publish(to) : partial.replace(to))
    return { from, to, bytes: size, users, ...(former !== undefined && { former }) }
  } finally {
    partial.remove()
  }
}

/** The file, or the newest one in the folder. */
function sourceOf(from: string): string {
  const path = resolve(from)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw new Error(`${path} is not there`)
  if (!stats.isDirectory()) return path
  const [newest] = copiesBy(path)
  if (newest === undefined) throw new Error(`${path} has no ${DATA_FILE} and no ${DATA_FILE}.*`)
  return newest.path
}

/** Refuses a file that a process uses: it changes while it is copied. */
function assertBackup(file: string): void {
  const [holder] = basename(file) === DATA_FILE ? holdersOf(dirname(file)) : []
  if (holder !== undefined) {
    throw new Error(`process ${holder} uses ${dirname(file)}: make a backup of it by streamgate backup`)
  }
  const inspection = inspect(file)
  if (inspection.state === 'empty') throw new Error(`${file} is empty`)
  if (inspection.state === 'damaged') throw new Error(`${file} is damaged: ${inspection.fault}`)
  if (isFlawless(inspection)) return
  throw new Error(
    `${file} is not whole, but a service can repair it: copy it to a new folder as ${DATA_FILE}, and start there`,
  )
}

function assertFree(folder: string, { isReplacing }: RestoreRequest): void {
  const [holder] = holdersOf(folder)
  if (holder !== undefined) throw new Error(`process ${holder} uses ${folder}: stop it first`)
  const names = existsSync(folder) ? readdirSync(folder) : []
  const isEmpty = names.every((name) => name === LOST_AND_FOUND || name.startsWith(PARTIAL_PREFIX))
  if (isEmpty || isReplacing) return
  throw new Error(`${folder} is not empty: name another folder, or say --replace`)
}

async function copy(from: string, to: string, { signal, onProgress }: RestoreRequest): Promise<void> {
  const { size: bytesInAll, mode } = statSync(from)
  let bytes = 0
  const counting = new Transform({
    transform: (chunk: Buffer, _encoding, pass) => {
      bytes += chunk.length
      onProgress?.({ bytes, bytesInAll })
      pass(null, chunk)
    },
  })
  const reading = createReadStream(from, { highWaterMark: CHUNK_BYTES })
  // Its owner can write to it, even if the backup was made read-only.
  const writing = createWriteStream(to, { mode: (mode & 0o777) | 0o600 })
  await pipeline(reading, counting, writing, { signal })
}

/** An administrator restores, and the service runs as somebody else. */
function giveTo({ uid, gid }: Stats, file: string): void {
  if (process.getuid?.() === 0) chownSync(file, uid, gid)
}

/** Gives the store that is replaced another name beside its own. At no time is there none. */
function keepFormer(dataFile: string, { atMs }: RestoreRequest): string | undefined {
  if (!existsSync(dataFile)) return undefined
  const former = `${dataFile}.replaced-${timeName(atMs)}`
  try {
    linkSync(dataFile, former)
  } catch {
    copyFileSync(dataFile, former, constants.COPYFILE_EXCL)
  }
  return former
}
