import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect, isFlawless, type Inspection } from './inspection.ts'

const HELD_INSPECTION = fileURLToPath(new URL(`held-inspection${extname(import.meta.url)}`, import.meta.url))

/** Longest wait for the process that inspects while it holds a snapshot. */
const LIMIT_MS = 60_000

/** Longer than a write to a meta page takes. */
const PAUSE_MS = 20

/**
 * Each commit changes a meta page. Both of them are within the first 128 KiB, with the largest page
 * size.
 */
const HEAD_BYTES = 0x2_0000

/**
 * Inspects the data file of an environment that other processes may be using. If something looks
 * wrong, and the file has changed in the meantime, another process inspects it again while it holds
 * a snapshot.
 */
export function inspectInUse(folder: string, dataFile: string): Inspection {
  const before = headOf(dataFile)
  const inspection = inspect(dataFile)
  if (isFlawless(inspection)) return inspection
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
  return headOf(dataFile).equals(before) ? inspection : inspectHeld(folder, dataFile)
}

/** Inspects while a snapshot is held, in another process, because LMDB may end it. */
export function inspectHeld(folder: string, dataFile: string): Inspection {
  const { status, signal, stdout } = spawnSync(process.execPath, [HELD_INSPECTION, folder, dataFile], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: LIMIT_MS,
  })
  if (status === 0) return JSON.parse(stdout) as Inspection
  return { state: 'damaged', fault: `LMDB could not open it (${signal ?? `exit code ${status}`})` }
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  const descriptor = openSync(path, 'r')
  const length = readSync(descriptor, head, 0, HEAD_BYTES, 0)
  closeSync(descriptor)
  return head.subarray(0, length)
}
