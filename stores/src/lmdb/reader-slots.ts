import { readFileSync } from 'node:fs'
import { READERS_MAX } from './data-file.ts'

/** LMDB's `MDB_txninfo` and `MDB_reader`, as far as they are read here. */
const MAGIC = 0xbeefc0de
const COUNT_OFFSET = 16
const SLOT_BYTES = 64
const PID_OFFSET = 8
/** The locks before the slots take more or less, which depends on the system. */
const HEADER_BYTES_MAX = 1024

/**
 * The processes that hold slots for reading in a lock file, by id, one for each slot. They may be
 * dead. `undefined` if Streamgate did not make the file.
 *
 * Never call it in a process that has the environment open: by closing the file, the process would
 * lose its own locks on it.
 */
export function slotHoldersIn(lockFile: string): readonly number[] | undefined {
  const bytes = readFileSync(lockFile)
  const headerBytes = bytes.length - READERS_MAX * SLOT_BYTES
  if (headerBytes < SLOT_BYTES || headerBytes > HEADER_BYTES_MAX) return undefined
  if (bytes.readUInt32LE(0) !== MAGIC) return undefined
  const count = Math.min(bytes.readUInt32LE(COUNT_OFFSET), READERS_MAX)
  const pids = Array.from({ length: count }, (_, index) =>
    bytes.readUInt32LE(headerBytes + index * SLOT_BYTES + PID_OFFSET),
  )
  return pids.filter((pid) => pid !== 0)
}

/** The same from LMDB's own list, of which each line has a process, a thread and a transaction. */
export function slotHoldersBy(list: string): readonly number[] {
  return list.split('\n').flatMap((line) => {
    const [, pid] = /^\s*(\d+) /.exec(line) ?? []
    return pid === undefined ? [] : [Number(pid)]
  })
}
