/** What an operator should know of an environment, without a trace of the look. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { open } from 'lmdb'
import type { Examination, StoreFinding } from '../store-findings.ts'
import { DATA_FILE, LOCK_FILE, READERS_MAX } from './data-file.ts'
import { inspectInUse } from './inspection-in-use.ts'
import { isFlawless } from './inspection.ts'
import { assertSameLocks, holdersOf } from './lock-holders.ts'
import { inMegabytes } from './partial-folder.ts'
import { slotHoldersBy, slotHoldersIn } from './reader-slots.ts'

/** Kinds of file systems, by the number that Linux gives them. */
const REMOTE_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xfe534d42: 'SMB',
  0xff534d42: 'CIFS',
  0x00c36400: 'Ceph',
  0x01021997: '9P',
}
const TMPFS = 0x01021994

/** With less than this a service soon cannot write. */
const FREE_BYTES_MIN = 50e6
/** With less than this somebody should look. */
const FREE_BYTES_FEW = 500e6

/** The share of slots above which somebody should look. */
const SLOTS_SHARE_MANY = 0.8

/** Looks at the environment in this folder. Never rejects. */
export async function examine(folder: string): Promise<Examination> {
  const path = resolve(folder)
  const dataFile = join(path, DATA_FILE)
  const findings = [placeOf(path)]
  if (findings[0]?.state !== 'fault') findings.push(diskOf(path, dataFile))
  if (findings.some(({ state }) => state === 'fault') || !existsSync(dataFile)) {
    return { findings, canBeOpened: false }
  }
  const data = dataOf(path, dataFile)
  findings.push(data)
  // To open an environment without locks makes them, and they belong to the user who does it.
  const canBeOpened = data.state === 'ok' && existsSync(join(path, LOCK_FILE))
  if (canBeOpened) findings.push(await slotsOf(path))
  return { findings, canBeOpened }
}

function placeOf(path: string): StoreFinding {
  const check = 'lmdb folder'
  const place = nearest(path)
  try {
    accessSync(place, constants.R_OK | constants.W_OK | constants.X_OK)
    for (const name of [DATA_FILE, LOCK_FILE]) {
      const file = join(path, name)
      if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK)
    }
    assertSameLocks(path)
  } catch (error) {
    const todo = 'let the user of the service read and write the folder and its files'
    return { check, state: 'fault', found: messageOf(error), todo }
  }
  if (place !== path) return { check, state: 'ok', found: `${path} is not there yet: the service makes it` }
  const users = holdersOf(path)
  const found = users.length === 0 ? 'no process uses it' : `used by process ${users.join(', ')}`
  return { check, state: 'ok', found: `${path}: ${found}` }
}

function diskOf(path: string, dataFile: string): StoreFinding {
  const check = 'lmdb disk'
  const { type, bavail, bsize } = statfsSync(nearest(path))
  const bytes = statSync(dataFile, { throwIfNoEntry: false })?.size ?? 0
  const free = bavail * bsize
  const found = `${inMegabytes(free)} free, the data takes ${inMegabytes(bytes)}`
  const remote = REMOTE_FILE_SYSTEMS[type]
  if (remote !== undefined) {
    const todo = 'move the folder to a local disk: LMDB loses data on a network file system'
    return { check, state: 'fault', found: `it is on ${remote}`, todo }
  }
  if (free < FREE_BYTES_MIN) {
    return { check, state: 'fault', found, todo: 'make room: a service that cannot write answers 503' }
  }
  if (free < Math.max(FREE_BYTES_FEW, bytes)) {
    const todo = 'make room for the data to double, and for a backup'
    return { check, state: 'warning', found, todo }
  }
  if (type === TMPFS) {
    const todo = 'move the folder to a disk: this one is memory, and empty after a restart of the host'
    return { check, state: 'warning', found: `${found}, on tmpfs`, todo }
  }
  return { check, state: 'ok', found }
}

function dataOf(path: string, dataFile: string): StoreFinding {
  const check = 'lmdb data'
  const inspection = inspectInUse(path, dataFile)
  if (inspection.state === 'damaged') {
    const todo = 'restore a backup by streamgate restore --replace, or move the folder away'
    return { check, state: 'fault', found: `${dataFile} is damaged: ${inspection.fault}`, todo }
  }
  if (inspection.state === 'empty') {
    const todo = 'restore a backup by streamgate restore --replace, or let it become a new store'
    return { check, state: 'warning', found: `${dataFile} has 0 bytes`, todo }
  }
  if (isFlawless(inspection)) return { check, state: 'ok', found: 'each page is in order' }
  const todo = 'nothing: the next start of the service repairs it, and says what is lost'
  return { check, state: 'warning', found: `${dataFile} has a broken meta page`, todo }
}

async function slotsOf(path: string): Promise<StoreFinding> {
  const check = 'lmdb readers'
  const before = slotHoldersIn(join(path, LOCK_FILE)) ?? []
  try {
    const { slotsMax, after } = await slotsNow(path)
    const freed = [...new Set(before)].filter((pid) => !after.includes(pid))
    const found = `${after.length} of ${slotsMax} slots used`
    if (freed.length > 0) {
      const todo = 'nothing: they are free now. The data may have grown meanwhile, and keeps its size'
      const dead = `process ${freed.join(', ')} ended without freeing its own`
      return { check, state: 'warning', found: `${found}, and ${dead}`, todo }
    }
    if (after.length <= slotsMax * SLOTS_SHARE_MANY) return { check, state: 'ok', found }
    return { check, state: 'warning', found, todo: stopReaders(after) }
  } catch (error) {
    return { check, state: 'fault', found: messageOf(error), todo: stopReaders(before) }
  }
}

/** The library frees the slots of dead processes when it opens the environment. */
async function slotsNow(path: string): Promise<{ slotsMax: number; after: readonly number[] }> {
  const environment = open({ path, noSubdir: false, readOnly: true, maxReaders: READERS_MAX })
  const { maxReaders } = environment.getStats() as { readonly maxReaders: number }
  const after = slotHoldersBy(environment.readerList()).filter((pid) => pid !== process.pid)
  await environment.close()
  return { slotsMax: maxReaders, after }
}

function stopReaders(pids: readonly number[]): string {
  return `stop some of process ${[...new Set(pids)].join(', ')}: without a free slot, reads fail`
}

/** The path, or the nearest folder above it that is there. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
