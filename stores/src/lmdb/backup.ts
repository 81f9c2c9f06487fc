/** Backs up an environment while other processes use it. */
import { spawn } from 'node:child_process'
import { accessSync, chmodSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { BackupRequest, CopyReport } from '../store-backups.ts'
import { DATA_FILE, LOCK_FILE } from './data-file.ts'
import { inspectInUse } from './inspection-in-use.ts'
import { inspect, isFlawless, type Inspection } from './inspection.ts'
import { assertSameLocks } from './lock-holders.ts'
import { PartialFolder } from './partial-folder.ts'
import { freeStaleReaders, usersIn } from './stored-users.ts'

const COPY_ENVIRONMENT = fileURLToPath(
  new URL(`copy-environment${extname(import.meta.url)}`, import.meta.url),
)

/** How often the length of the copy is looked at. */
const LOOK_EVERY_MS = 100

/** Longest wait for the write lock, which a copy needs for a moment. */
const LOCK_LIMIT_MS = 30_000

/** Copies the environment in this folder, as it is at one instant. See `StoreBackups`. */
export async function backUp(path: string, request: BackupRequest): Promise<CopyReport> {
  const folder = resolve(path)
  const from = join(folder, DATA_FILE)
  assertReadable(folder, from)
  const to = targetOf(request)
  const partial = new PartialFolder(dirname(to), statSync(from).size)
  try {
    await copied(folder, partial, request)
    // It may be read by those who may read the store.
    chmodSync(partial.dataFile, statSync(from).mode & 0o777)
    const inspection = inspect(partial.dataFile)
    if (!isFlawless(inspection)) throw new Error(`the copy is not whole: ${faultIn(inspection)}`)
    const users = await usersIn(partial.path)
    request.signal.throwIfAborted()
    await partial.publish(to)
    return { from, to, bytes: statSync(to).size, users }
  } finally {
    partial.remove()
  }
}

/**
 * LMDB ends a process that opens a damaged file, and reads without locks if it cannot write them.
 */
function assertReadable(folder: string, dataFile: string): void {
  const lockFile = join(folder, LOCK_FILE)
  if (existsSync(lockFile)) accessSync(lockFile, constants.R_OK | constants.W_OK)
  else accessSync(folder, constants.W_OK)
  assertSameLocks(folder)
  const inspection = inspectInUse(folder, dataFile)
  if (isFlawless(inspection) && inspection.state === 'sound') return
  throw new Error(
    `${dataFile} is damaged: ${faultIn(inspection)}. The start of a service repairs it, or says what to do`,
  )
}

function faultIn(inspection: Inspection): string {
  if (inspection.state === 'damaged') return inspection.fault
  return inspection.state === 'empty' ? 'it is empty' : 'one of its meta pages is broken'
}

function targetOf({ to, atMs }: BackupRequest): string {
  const path = resolve(to)
  const isFolder = to.endsWith('/') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  const target = isFolder ? join(path, `${DATA_FILE}.${timeName(atMs)}`) : path
  if (existsSync(target)) throw new Error(`${target} is there already`)
  if (!existsSync(dirname(target))) throw new Error(`the folder ${dirname(target)} is not there`)
  return target
}

/** An instant as a part of a file's name. */
export function timeName(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+/, '').replaceAll(':', '-')
}

/** Runs the copy in a process of its own, to its end or to that of the signal. */
async function copied(folder: string, partial: PartialFolder, request: BackupRequest): Promise<void> {
  const { signal, onProgress } = request
  const bytesInAll = statSync(join(folder, DATA_FILE)).size
  signal.throwIfAborted()
  const child = spawn(process.execPath, [COPY_ENVIRONMENT, folder, partial.path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const kill = () => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  let waitedMs = 0
  const looking = setInterval(() => {
    const bytes = statSync(partial.dataFile, { throwIfNoEntry: false })?.size ?? 0
    if (bytes === 0) waitedMs += LOOK_EVERY_MS
    if (bytes === 0 && waitedMs >= LOCK_LIMIT_MS) kill()
    onProgress?.({ bytes, bytesInAll })
  }, LOOK_EVERY_MS)
  const ended = new Promise<number | null>((end) => {
    child.once('close', end)
  })
  const [code, reason] = await Promise.all([ended, text(child.stderr)])
  clearInterval(looking)
  signal.removeEventListener('abort', kill)
  if (code === 0) {
    // The last look was before its end, and what comes next shows no progress.
    onProgress?.({ bytes: bytesInAll, bytesInAll })
    return
  }
  await freeStaleReaders(folder)
  signal.throwIfAborted()
  if (waitedMs >= LOCK_LIMIT_MS) {
    throw new Error(`another process holds the write lock of ${folder} since ${LOCK_LIMIT_MS / 1000} s`)
  }
  throw new Error(`the copy failed: ${reason.trim().split('\n').at(-1)}`)
}
