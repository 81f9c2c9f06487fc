import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describeStoreContract } from '@streamgate/stores/contract'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { describe, expect, it } from 'vitest'
import { leaseOf, stopOf, USER } from '../src/contract/specimens.ts'
import { makeDamagedLmdbStore } from './damaged-lmdb-store.ts'
import { temporaryFolder } from './temporary-folder.ts'

const execute = promisify(execFile)

/** The most workers that one service may have, and how many snapshots a worker may hold at once. */
const WORKERS_MAX = 256
const SNAPSHOTS_OF_A_WORKER = 2

describeStoreContract({
  name: 'LmdbStore',
  makeStore: async () => new LmdbStore({ path: temporaryFolder() }),
  makeFailingStore: () => makeDamagedLmdbStore(temporaryFolder()),
  makeLastingStore: async () => {
    const path = temporaryFolder()
    return { store: new LmdbStore({ path }), reopen: async () => new LmdbStore({ path }) }
  },
})

describe('LmdbStore', () => {
  it('finds what was acknowledged when it is opened again', async () => {
    const path = temporaryFolder()
    const before = new LmdbStore({ path })
    const { roster } = await before.add(USER, leaseOf('film'), { capacity: 3 })
    await before.close()
    const after = new LmdbStore({ path })
    expect(await after.read(USER)).toEqual(roster)
    await after.close()
  })

  it('keeps no record of a user with neither a lease nor a note left', async () => {
    const store = new LmdbStore({ path: temporaryFolder() })
    await store.add(USER, leaseOf('film'), { capacity: 3 })
    const { roster } = await store.remove(USER, leaseOf('film'), stopOf('film'))
    expect((await store.scan({ pageSize: 10 })).users).toEqual([{ user: USER, roster }])
    expect((await store.replace(USER, roster, { leases: [], notes: [] })).done).toBe(true)
    expect((await store.scan({ pageSize: 10 })).users).toEqual([])
    await store.close()
  })

  it('creates the folder it is given, dots and all', async () => {
    const store = new LmdbStore({ path: `${temporaryFolder()}/some/data.v1` })
    expect((await store.add(USER, leaseOf('film'), { capacity: 3 })).done).toBe(true)
    await store.close()
  })

  it('cannot be opened if no folder can be created, and reports STORE_UNAVAILABLE', () => {
    expect(() => new LmdbStore({ path: '/dev/null/data' })).toThrow(
      expect.objectContaining({ code: 'STORE_UNAVAILABLE', cause: expect.any(Error) }),
    )
  })

  it.runIf(process.platform === 'linux').each(['/proc/none', '/proc/none/data'])(
    'names %s, a folder that its file system refuses to create',
    (path) => {
      expect(() => new LmdbStore({ path })).toThrow(
        expect.objectContaining({
          cause: expect.objectContaining({ message: 'the folder /proc/none cannot be created' }),
        }),
      )
    },
  )

  it('refuses what no longer fits on the disk, loses nothing acknowledged, and continues', async () => {
    const program = fileURLToPath(new URL('fill-a-small-disk.ts', import.meta.url))
    const limited = `ulimit -f 2048 && exec "$0" "$1" "$2"`
    const { stdout } = await execute('bash', ['-c', limited, process.execPath, program, temporaryFolder()])
    const report = JSON.parse(stdout) as Record<string, unknown>
    expect(report).toEqual({ code: 'STORE_UNAVAILABLE', hasCause: true, lost: 0, readsAfterwards: true })
  })

  it('still answers while as many processes read as a service may have workers', async () => {
    const path = temporaryFolder()
    const store = new LmdbStore({ path })
    const program = fileURLToPath(new URL('hold-snapshots.ts', import.meta.url))
    const count = WORKERS_MAX * SNAPSHOTS_OF_A_WORKER
    const neighbour = spawn(process.execPath, [program, path, String(count)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [said] = (await once(neighbour.stdout, 'data')) as [Buffer]
    expect(said.toString()).toBe(`${count} held\n`)
    expect((await store.add(USER, leaseOf('film'), { capacity: 3 })).done).toBe(true)
    expect((await store.read(USER)).leases).toHaveLength(1)
    neighbour.stdin.end()
    await once(neighbour, 'close')
    await store.close()
  })
})
