/**
 * An environment that is opened while other processes write to it. Their changes must not look like
 * damage.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { UserId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { expect, it, onTestFinished } from 'vitest'
import { inspect, isFlawless } from '../src/lmdb/inspection.ts'
import { inspectHeld } from '../src/lmdb/inspection-in-use.ts'
import { leaseOf } from '../src/contract/specimens.ts'
import { temporaryFolder } from './temporary-folder.ts'

const WRITERS = 2
const USERS = 3000
const OPENINGS = 25
/** How often a sound file may be inspected without a snapshot, until it looks damaged once. */
const LOOKS_MAX = 2000

it('is never mistaken for damaged', { timeout: 240_000 }, async () => {
  const path = temporaryFolder()
  const first = new LmdbStore({ path })
  const everybody = Array.from({ length: USERS }, (_, index) => `user-${index}` as UserId)
  await Promise.all(everybody.map((user) => first.add(user, leaseOf('film'), { capacity: 3 })))
  await first.close()
  for (let writer = 0; writer < WRITERS; writer += 1) await startWriting(path, writer)

  const warnings: string[] = []
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const store = new LmdbStore({ path, warn: (message) => void warnings.push(message) })
    await store.close()
  }
  expect(warnings).toEqual([])

  const file = join(path, 'data.mdb')
  let looks = 0
  while (looks < LOOKS_MAX && isFlawless(inspect(file))) looks += 1
  expect(looks, 'sometimes looks damaged if it is inspected without a snapshot').toBeLessThan(LOOKS_MAX)
  for (let opening = 0; opening < 5; opening += 1) {
    expect(inspectHeld(path, file)).toMatchObject({
      state: 'sound',
      isPrevious: false,
      hasLostTransaction: false,
    })
  }
})

async function startWriting(path: string, seed: number): Promise<void> {
  const program = fileURLToPath(new URL('write-without-end.ts', import.meta.url))
  const writer = spawn(process.execPath, [program, path, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void writer.kill('SIGKILL'))
  const [end] = await Promise.race([once(writer.stdout, 'data'), once(writer, 'exit')])
  if (!Buffer.isBuffer(end)) throw new Error(`The writer ended with ${String(end)} before it wrote`)
}
