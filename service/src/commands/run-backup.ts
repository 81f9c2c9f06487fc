/**
 * Backs up a store, or restores it, with its progress on the terminal.
 */
import type { CopyProgress, CopyReport, StoreBackups } from '@streamgate/stores/engine'
import { realClockMs } from '../compose.ts'
import { ConfigError } from '../settings/config-error.ts'
import { loadStore } from '../settings/settings.ts'
import { CopyBar } from './copy-progress.ts'
import { DONE, FAILED } from './exit-codes.ts'
import { stopOnSignal } from './stop-on-signal.ts'

/** The flags of `streamgate backup`. */
export type BackupFlags = { readonly store?: string; readonly to: string }

/** The flags of `streamgate restore`. */
export type RestoreFlags = { readonly store?: string; readonly from: string; readonly replace?: true }

/**
 * Backs up as the flags say. Resolves with the exit code.
 *
 * @throws {ConfigError} if they make no sense.
 * @throws {Error} if there is no backup.
 */
export async function runBackup({ store, to }: BackupFlags): Promise<number> {
  const { backUp } = backupsOf(store, { mustBeThere: true })
  return runCopy((request) => backUp({ ...request, to }))
}

/**
 * Restores as the flags say. Resolves with the exit code.
 *
 * @throws {ConfigError} if they make no sense.
 * @throws {Error} if nothing was restored.
 */
export async function runRestore({ store, from, replace }: RestoreFlags): Promise<number> {
  const { restore } = backupsOf(store, { mustBeThere: false })
  return runCopy((request) => restore({ ...request, from, isReplacing: replace === true }))
}

/** What both copies are told. */
type Copying = {
  readonly atMs: number
  readonly signal: AbortSignal
  readonly onProgress: ((progress: CopyProgress) => void) | undefined
}

async function runCopy(copy: (request: Copying) => Promise<CopyReport>): Promise<number> {
  const stop = stopOnSignal()
  const startedAtMs = performance.now()
  const bar = process.stderr.isTTY ? new CopyBar(process.stderr) : undefined
  try {
    const report = await copy({ atMs: realClockMs(), signal: stop.signal, onProgress: bar?.show })
    const seconds = Math.round(performance.now() - startedAtMs) / 1000
    bar?.clear()
    process.stdout.write(`${JSON.stringify({ ...report, seconds })}\n`)
    return DONE
  } catch (error) {
    bar?.clear()
    if (!stop.signal.aborted) throw error
    return stop.exitCode() ?? FAILED
  }
}

function backupsOf(store: string | undefined, { mustBeThere }: { mustBeThere: boolean }): StoreBackups {
  const { engine, text, backups, isThere } = loadStore(store)
  if (backups === undefined) {
    throw new ConfigError([
      `--store ${text} has no backup by Streamgate, only lmdb:<folder> has: ${engine.backupAdvice}`,
    ])
  }
  if (mustBeThere && !isThere()) {
    throw new ConfigError([`--store ${text} is not there: name the one that the service uses`])
  }
  return backups
}
