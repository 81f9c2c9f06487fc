import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { newestBackup } from './backups.ts'
import { DATA_FILE, LOCK_FILE } from './data-file.ts'
import { inspectInUse } from './inspection-in-use.ts'
import type { Soundness } from './inspection.ts'
import { assertSameLocks } from './lock-holders.ts'
import { restoreHeader } from './meta-page.ts'

/** The locks of our number of readers take more than this. LMDB makes a shorter file longer. */
const LOCK_BYTES_MIN = 0x1_0000

/** More than both files of a new environment take. */
const ROOM_BYTES = 0x4_0000

/** Longer than LMDB takes from creating the data file to writing to it. */
const CREATION_MS = 100

/** An environment that LMDB may open, and how. */
export type Opening = { readonly dataFile: string; readonly usePreviousSnapshot: boolean }

/** Takes a line for the operator. */
export type Warn = (message: string) => void

/**
 * Makes sure that LMDB can open the environment in this folder. If LMDB cannot, because of a
 * damaged file, missing permissions or a full disk, it ends the process. A broken meta page is
 * repaired if the other one leads to a whole snapshot.
 *
 * @param warn is told what was repaired.
 * @throws {Error} that says what is wrong and what to do, in one line.
 */
export function prepareFiles(folder: string, warn: Warn): Opening {
  makeFolder(folder)
  const dataFile = join(folder, DATA_FILE)
  const dataBytes = settledBytesOf(dataFile, warn)
  const lockBytes = bytesOf(join(folder, LOCK_FILE))
  if (dataBytes === 0 || lockBytes < LOCK_BYTES_MIN) assertRoom(folder)
  if (dataBytes === 0) return { dataFile, usePreviousSnapshot: false }
  if (lockBytes < LOCK_BYTES_MIN) assertSameLocks(folder)
  // On an overlay file system the file gets its final inode when it is first opened for writing.
  closeSync(openSync(dataFile, 'r+'))
  const inspection = inspectInUse(folder, dataFile)
  if (inspection.state === 'damaged') throw new Error(adviceOn(folder, dataFile, inspection.fault))
  if (inspection.state === 'sound') repair(dataFile, inspection, warn)
  return { dataFile, usePreviousSnapshot: inspection.state === 'sound' && inspection.isPrevious }
}

/**
 * Creates the folder and those above it. Node's own recursive creation never ends in a file system
 * that refuses new folders as `/proc` does.
 */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (cause) {
    if (isFolder(folder)) return
    throw new Error(`the folder ${folder} cannot be created`, { cause })
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/**
 * The length of the data file, once no other process is just creating it. Of a file that stays
 * empty LMDB makes a new environment.
 */
function settledBytesOf(dataFile: string, warn: Warn): number {
  const bytes = bytesOf(dataFile)
  if (bytes > 0 || !existsSync(dataFile)) return bytes
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, CREATION_MS)
  const settled = bytesOf(dataFile)
  if (settled === 0) warn(`${dataFile} is empty (0 bytes): it becomes a new, empty store`)
  return settled
}

/** The length of a file that may be read and written; 0 if there is none. */
function bytesOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined && lstatSync(path, { throwIfNoEntry: false }) === undefined) return 0
  if (stats?.isFile() !== true) throw new Error(`${path} is not a file`)
  accessSync(path, constants.R_OK | constants.W_OK)
  return stats.size
}

function assertRoom(folder: string): void {
  const path = join(folder, `room-${process.pid}.tmp`)
  try {
    writeFileSync(path, Buffer.alloc(ROOM_BYTES), { flush: true })
  } finally {
    rmSync(path, { force: true })
  }
}

function repair(
  dataFile: string,
  { lostHeaders, hasLostTransaction, pageBytes }: Soundness,
  warn: Warn,
): void {
  for (const index of lostHeaders) restoreHeader(dataFile, index, pageBytes)
  if (hasLostTransaction) {
    warn(
      `${dataFile}: a meta page was broken, the other one is used. Decisions of the last transaction may be lost`,
    )
  } else if (lostHeaders.length > 0) {
    warn(`${dataFile}: a meta page was broken and is repaired. Nothing is lost`)
  }
}

function adviceOn(folder: string, dataFile: string, fault: string): string {
  const backup = newestBackup(folder)
  const restore =
    backup === undefined
      ? 'There is no backup next to it. Move'
      : `Restore its last backup, ${backup.path} (${backup.modifiedAt.toISOString()}), by streamgate restore --replace, or move`
  return `${dataFile} is damaged: ${fault}. ${restore} ${folder} away and start with an empty store: players come back with their next heartbeats`
}
