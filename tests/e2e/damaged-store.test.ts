/**
 * A service whose data file was damaged while it was stopped. A process that opens such a file with
 * LMDB is killed by a signal.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { chanceOf } from '../../stores/test/damaging.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { COMMAND_LINE, launchService, startService } from './running-service.ts'

const execute = promisify(execFile)

/** Enough for a file of many pages. */
const USERS = 300

const START_LIMIT_MS = 30_000

let whole: Buffer
beforeAll(async () => {
  whole = await dataFileOfService()
}, 60_000)

const HARMS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'cut to 8 KB': (bytes) => bytes.subarray(0, 8192),
  'cut in half': (bytes) => bytes.subarray(0, bytes.length / 2),
  'noise in both meta pages': (bytes) => {
    const chance = chanceOf(28)
    for (let at = 0; at < 8192; at += 1) bytes[at] = chance(256)
    return bytes
  },
  'not an LMDB file': () => Buffer.from('{"not":"mine"}\n'.repeat(1000)),
}

describe.each([1, 2])(
  'a damaged data file is refused by a service of %i process(es), in one line',
  (workers) => {
    it.each(Object.entries(HARMS))('%s', async (_name, harm) => {
      const folder = folderWith(harm(Buffer.from(whole)))
      const service = launchService({ folder, workers })
      expect(await service.exitWithin(START_LIMIT_MS)).toEqual({ code: 1, signal: null })
      const lines = (await service.stderr).trim().split('\n')
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain(`streamgate: --store lmdb:${folder} cannot be opened`)
      expect(lines[0]).toContain(`${folder}/data.mdb is damaged: `)
      expect(lines[0]).toContain('There is no backup next to it')
      expect(service.logged('listening')).toEqual([])
    })
  },
)

it('names the last backup', async () => {
  const folder = folderWith(whole.subarray(0, 8192))
  const backup = join(`${folder}.bak`, 'data.mdb')
  mkdirSync(`${folder}.bak`)
  writeFileSync(backup, whole)
  const service = launchService({ folder })
  await service.exitWithin(START_LIMIT_MS)
  expect(await service.stderr).toContain(`Restore its last backup, ${backup} (`)
})

it('a sweep refuses it in the same way', async () => {
  const folder = folderWith(whole.subarray(0, 8192))
  const sweep = execute(process.execPath, [COMMAND_LINE, 'sweep', '--store', `lmdb:${folder}`])
  await expect(sweep).rejects.toMatchObject({
    code: 1,
    signal: null,
    stderr: expect.stringMatching(/^streamgate: .*data\.mdb is damaged: .*\n$/),
  })
})

describe.each([1, 2])('a service of %i process(es) starts', (workers) => {
  it('with one meta page broken: it reports this, and has lost at most one decision', async () => {
    const bytes = Buffer.from(whole)
    bytes.fill(0, 0, 4096)
    const folder = folderWith(bytes)
    const service = await startService({ folder, workers })
    const warnings = service.log.filter(({ level, msg }) => level === 'warn' && msg.includes('data.mdb'))
    expect(warnings.length, 'of each worker that met it').toBeGreaterThanOrEqual(1)
    const client = new Client(service.url)
    expect(await client.list('user2')).toHaveLength(3)
    expect((await client.start('user2', 'film')).status).toBe(409)
    expect((await client.get('/readyz')).status).toBe(200)
  })

  it('with an empty file, as with no file', async () => {
    const service = await startService({ folder: folderWith(Buffer.alloc(0)), workers })
    const client = new Client(service.url)
    expect((await client.start('user-0', 'film')).status).toBe(201)
  })
})

/**
 * Leaves the store of a service with many viewers, and with the sample users, whose streams never
 * expire.
 */
async function dataFileOfService(): Promise<Buffer> {
  const endings: (() => void | Promise<void>)[] = []
  const atEnd = (ending: () => void | Promise<void>) => void endings.push(ending)
  const folder = temporaryFolder(atEnd)
  const service = await startService({ folder, flags: ['--samples', 'on', '--drain-seconds', '0'] }, atEnd)
  const client = new Client(service.url)
  const users = Array.from({ length: USERS }, (_, index) => `user-${index}`)
  await Promise.all(users.map((user) => client.start(user, 'film')))
  service.signal('SIGTERM')
  await service.exitWithin(START_LIMIT_MS)
  const bytes = readFileSync(join(folder, 'data.mdb'))
  for (const ending of endings.toReversed()) await ending()
  return bytes
}

function folderWith(bytes: Buffer): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'data.mdb'), bytes)
  return folder
}
