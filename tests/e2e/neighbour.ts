import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const HOLD_WRITE_LOCK = fileURLToPath(new URL('hold-write-lock.ts', import.meta.url))

/** Another process that works on the same LMDB environment. */
export type Neighbour = {
  /** Ends its transaction. Resolves once it is gone. */
  readonly release: () => Promise<void>
  /** Kills it in the middle of its transaction. Resolves once it is gone. */
  readonly kill: () => Promise<void>
}

/**
 * Starts a neighbour that takes the write lock. Resolves once it has it. It is gone after the
 * running test.
 */
export async function holdWriteLock(folder: string): Promise<Neighbour> {
  const child = spawn(process.execPath, [HOLD_WRITE_LOCK, folder], {
    env: {},
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = once(child, 'close')
  const kill = async () => {
    child.kill('SIGKILL')
    await gone
  }
  onTestFinished(kill)
  await once(child.stdout, 'data')
  const release = async () => {
    child.stdin.end()
    await gone
  }
  return { release, kill }
}
