/**
 * Damaged data files. LMDB ends the process that opens one, by SIGSEGV or SIGBUS, so another
 * process opens them.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { StreamId, UserId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leaseOf } from '../src/contract/specimens.ts'
import { chanceOf, HARMS, newestMetaOf, pageBytesOf, type Harm } from './damaging.ts'
import { temporaryFolder } from './temporary-folder.ts'

const execute = promisify(execFile)

/** Enough for trees of two levels. Some records are so long that they need overflow pages. */
const USERS = 1400
const GREEDY_USERS = 6
const LEASES_OF_GREEDY = 120
const FINISHED = 40
/** All users, with the one who came with the last transaction. */
const ALL = USERS + GREEDY_USERS + 1

/** How many damaged files are tried, the same ones each time. */
const TRIALS = 120
const SEED = 28

type Outcome = {
  readonly path: string
  readonly opened: boolean
  readonly users?: number
  readonly warnings?: readonly string[]
  readonly code?: string
  readonly reason?: string
}

const endings: (() => void | Promise<void>)[] = []
let whole: Buffer

beforeAll(async () => {
  whole = await dataFileOf(furnish)
}, 120_000)
afterAll(async () => {
  for (const ending of endings) await ending()
})

describe('a data file is refused in one line that says what to do, if it', () => {
  const REFUSED: Readonly<Record<string, Harm>> = {
    'is cut to 8 KB': (bytes) => bytes.subarray(0, 8192),
    'is cut in half': (bytes) => bytes.subarray(0, bytes.length / 2),
    'is cut within its first page': (bytes) => bytes.subarray(0, 100),
    'is cut behind its first page': (bytes) => bytes.subarray(0, pageBytesOf(bytes)),
    'has lost both meta pages': (bytes) => bytes.fill(0, 0, 2 * pageBytesOf(bytes)),
    'has noise in both meta pages': (bytes, chance) =>
      noise(bytes, { from: 0, to: 2 * pageBytesOf(bytes), chance }),
    'is all zeros': (bytes) => bytes.fill(0),
    'is not an LMDB file': () => Buffer.from('{"not":"mine"}\n'.repeat(1000)),
  }

  it.each(Object.entries(REFUSED))('%s', async (_name, harm) => {
    const folder = folderWith(harm(Buffer.from(whole), chanceOf(SEED)))
    const [outcome] = await useEach([folder])
    expect(outcome).toMatchObject({ opened: false, code: 'STORE_UNAVAILABLE' })
    expect(outcome?.reason).toContain(`${folder}/data.mdb is damaged: `)
    expect(outcome?.reason).toContain(`There is no backup next to it. Move ${folder} away`)
    expect(outcome?.reason).not.toContain('\n')
  })

  it('is damaged while there is a backup: the line names the newest complete one', async () => {
    const folder = folderWith(whole.subarray(0, 8192))
    placeBackup(join(folder, 'data.mdb.old'), whole, 1)
    placeBackup(join(`${folder}-backup`, 'data.mdb'), whole, 2)
    placeBackup(join(`${folder}-torn-backup`, 'data.mdb'), whole.subarray(0, 8192), 3)
    const [outcome] = await useEach([folder])
    expect(outcome?.reason).toContain(
      `Restore its last backup, ${folder}-backup/data.mdb (2026-01-02T00:00:00.000Z)`,
    )
  })
})

describe('a folder in which LMDB would end the process is refused, because', () => {
  const OBSTACLES: Readonly<Record<string, (folder: string) => void>> = {
    'the locks are a folder': (folder) => mkdirSync(join(folder, 'lock.mdb')),
    'the data is a folder': (folder) => mkdirSync(join(folder, 'data.mdb')),
    'the locks are a link that leads nowhere': (folder) =>
      symlinkSync('/nowhere/lock', join(folder, 'lock.mdb')),
  }

  it.each(Object.entries(OBSTACLES))('%s', async (_name, obstruct) => {
    const folder = temporaryFolder()
    obstruct(folder)
    const [outcome] = await useEach([folder])
    expect(outcome).toMatchObject({ opened: false, code: 'STORE_UNAVAILABLE' })
    expect(outcome?.reason).toMatch(/(data|lock)\.mdb is not a file$/)
  })

  it.each([1, 8, 64, 128])('it has no room for more than %i KB', async (kilobytes) => {
    const [outcome] = await useEach([temporaryFolder()], `ulimit -f ${kilobytes} && trap '' XFSZ && `)
    expect(outcome).toMatchObject({ opened: false, code: 'STORE_UNAVAILABLE' })
    expect(outcome?.reason).toContain('EFBIG')
  })
})

describe('a data file is opened, if it', () => {
  it('is empty, as one is whose process died while it made it, with one line that says so', async () => {
    const folder = folderWith(Buffer.alloc(0))
    const [outcome] = await useEach([folder])
    const warnings = [`${folder}/data.mdb is empty (0 bytes): it becomes a new, empty store`]
    expect(outcome).toMatchObject({ opened: true, users: 0, warnings })
  })

  it('is longer than what was written', async () => {
    const [outcome] = await useEach([folderWith(Buffer.concat([whole, Buffer.alloc(100_001, 'x')]))])
    expect(outcome).toMatchObject({ opened: true, users: ALL, warnings: [] })
  })

  it('ends before its last page, since that is free and was never written', async () => {
    const bytes = await dataFileOf(furnishAndLeave)
    const ends = Array.from({ length: 12 }, (_, index) => bytes.length - (index + 1) * pageBytesOf(bytes))
    const outcomes = await useEach(ends.map((end) => folderWith(bytes.subarray(0, end))))
    expect(outcomes.filter(({ opened }) => opened).length).toBeGreaterThan(0)
    for (const { opened, users } of outcomes) if (opened) expect(users).toBe(1)
  })

  /** Damage to one meta page, and whether what only that page knew is lost. */
  const META_HARMS: readonly (readonly [string, (bytes: Buffer, from: number) => Buffer, boolean])[] = [
    ['zeros in its', (bytes, from) => bytes.fill(0, from, from + pageBytesOf(whole)), true],
    ['zeros at the beginning of its', (bytes, from) => bytes.fill(0, from, from + 40), false],
    ['no magic in its', (bytes, from) => bytes.fill(0, from + 24, from + 28), false],
    [
      'noise in its',
      (bytes, from) => noise(bytes, { from, to: from + pageBytesOf(whole), chance: chanceOf(SEED) }),
      true,
    ],
    ['another root in its', (bytes, from) => bytes.fill(0x11, from + 136, from + 144), true],
  ]

  it.each(META_HARMS)(
    'has %s newer meta page, and loses one transaction at most',
    async (_, harm, isLost) => {
      const newest = newestMetaOf(whole) * pageBytesOf(whole)
      const [outcome] = await useEach([folderWith(harm(Buffer.from(whole), newest))])
      expect(outcome).toMatchObject({ opened: true, users: isLost ? ALL - 1 : ALL })
      expect(outcome?.warnings?.length, 'it is repaired, and reported once').toBe(1)
      expect(outcome?.warnings?.[0]).toContain(
        isLost ? 'Decisions of the last transaction may be lost' : 'Nothing is lost',
      )
    },
  )

  it.each(META_HARMS)('has %s older meta page, and loses nothing', async (_, harm) => {
    const oldest = (1 - newestMetaOf(whole)) * pageBytesOf(whole)
    const [outcome] = await useEach([folderWith(harm(Buffer.from(whole), oldest))])
    expect(outcome).toMatchObject({ opened: true, users: ALL })
  })
})

it(`no damage to a data file ends the process, in ${TRIALS} trials`, { timeout: 300_000 }, async () => {
  const chance = chanceOf(SEED)
  const names = Object.keys(HARMS)
  const folders = Array.from({ length: TRIALS }, (_, trial) => {
    const harm = HARMS[names[trial % names.length] ?? ''] as Harm
    return folderWith(harm(Buffer.from(whole), chance))
  })
  const outcomes = await useEach(folders)
  expect(outcomes.length).toBe(TRIALS)
  const refused = outcomes.filter(({ opened }) => !opened)
  for (const { code } of refused) expect(code).toBe('STORE_UNAVAILABLE')
  expect(refused.length, 'some damage matters, and some does not').toBeGreaterThan(TRIALS / 6)
  expect(refused.length).toBeLessThan(TRIALS)
})

/** The data file of an environment after this. */
async function dataFileOf(make: (store: LmdbStore) => Promise<void>): Promise<Buffer> {
  const path = temporaryFolder((ending) => void endings.push(ending))
  const store = new LmdbStore({ path })
  await make(store)
  await store.close()
  return readFileSync(join(path, 'data.mdb'))
}

async function furnish(store: LmdbStore): Promise<void> {
  const everybody = Array.from({ length: USERS * 2 }, (_, index) => `user-${index}` as UserId)
  await Promise.all(everybody.map((user) => store.add(user, leaseOf('film'), { capacity: 3 })))
  for (let lease = 0; lease < LEASES_OF_GREEDY; lease += 1) {
    const greedy = Array.from({ length: GREEDY_USERS }, (_, index) => `greedy-${index}` as UserId)
    await Promise.all(
      greedy.map((user) => store.add(user, leaseOf(`film-${lease}`), { capacity: LEASES_OF_GREEDY })),
    )
  }
  for (const user of everybody.slice(USERS)) await store.erase(user)
  for (let index = 0; index < FINISHED; index += 1) {
    await store.noteFinished({ streamId: `finished-${index}` as StreamId, untilMs: 1e14 }, 1)
  }
  await store.add('last' as UserId, leaseOf('film'), { capacity: 3 })
}

/** Leaves one user, and most pages free. */
async function furnishAndLeave(store: LmdbStore): Promise<void> {
  await furnish(store)
  const { users } = await store.scan({ pageSize: 10_000 })
  await Promise.all(users.filter(({ user }) => user !== 'last').map(({ user }) => store.erase(user)))
  for (let index = 0; index < 20; index += 1)
    await store.add('last' as UserId, leaseOf(`film-${index}`), { capacity: 100 })
}

function folderWith(bytes: Buffer): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'data.mdb'), bytes)
  return folder
}

function placeBackup(path: string, bytes: Buffer, day: number): void {
  mkdirSync(dirname(path), { recursive: true })
  endings.push(() => rmSync(dirname(path), { recursive: true, force: true }))
  writeFileSync(path, bytes)
  utimesSync(path, new Date(Date.UTC(2026, 0, day)), new Date(Date.UTC(2026, 0, day)))
}

function noise(
  bytes: Buffer,
  { from, to, chance }: { from: number; to: number; chance: (below: number) => number },
) {
  for (let at = from; at < to; at += 1) bytes[at] = chance(256)
  return bytes
}

/**
 * The results of opening and using each of these environments, in one process, one after another.
 *
 * @param under what a shell does first, to set limits for the process.
 */
async function useEach(folders: readonly string[], under = ''): Promise<readonly Outcome[]> {
  const program = fileURLToPath(new URL('use-lmdb-stores.ts', import.meta.url))
  const command = ['-c', `${under}exec "$0" "$@"`, process.execPath, program, ...folders]
  const { stdout } = await execute('bash', command).catch(
    ({ signal, stdout: told, stderr }: { signal: string | null; stdout: string; stderr: string }) => {
      throw new Error(`The process ended (${signal}) at ${told.trim().split('\n').at(-1)}: ${stderr}`)
    },
  )
  const lines = stdout.trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Outcome).filter((line) => 'opened' in line)
}
