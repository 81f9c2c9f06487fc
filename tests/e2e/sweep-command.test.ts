import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { populate } from '../../bench/lapsed-users.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { COMMAND_LINE, startService } from './running-service.ts'

/** Nine of ten of them left long ago. Each holds two leases. */
const USERS = 200
const GONE = 180

/** Longer than any process takes to start here. */
const PATIENCE_MS = 15_000

describe('streamgate sweep', () => {
  it('removes dead data beside the service, and reports it in one line of JSON', async () => {
    const folder = await populated()
    const service = await startService({ folder })
    const { code, lines, stderr } = await sweep(['--store', `lmdb:${folder}`])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines).toEqual([
      {
        outcome: 'finished',
        dryRun: false,
        usersSeen: USERS,
        leasesLive: 2 * (USERS - GONE),
        leasesPruned: { lapsed: 2 * GONE, finished: 0 },
        notesPruned: 0,
        usersRemoved: GONE,
        writesRefused: 0,
        seconds: expect.any(Number),
      },
    ])
    expect(await new Client(service.url).list('user-10')).toEqual(['film-10', 'match-10'])
    const again = await sweep(['--store', `lmdb:${folder}`])
    expect(again.lines).toMatchObject([{ usersSeen: USERS - GONE, usersRemoved: 0 }])
  })

  it('removes leases of a stream that was reported finished', async () => {
    const folder = temporaryFolder()
    const client = new Client((await startService({ folder })).url)
    for (const user of ['one', 'two']) await client.start(user, 'match')
    await client.start('two', 'film')
    expect((await client.send('POST', '/streams/match/finish')).status).toBe(204)
    const { lines } = await sweep(['--store', `lmdb:${folder}`])
    expect(lines).toMatchObject([{ leasesPruned: { lapsed: 0, finished: 2 }, usersRemoved: 1 }])
    expect(await client.list('two')).toEqual(['film'])
  })

  it('only says what it would do in a dry run', async () => {
    const folder = await populated()
    const environment = { STREAMGATE_STORE: `lmdb:${folder}`, STREAMGATE_SWEEP_RATE: '5000' }
    const dry = await sweep(['--dry-run'], environment)
    const wet = await sweep([], environment)
    expect(dry.lines).toMatchObject([{ dryRun: true, usersSeen: USERS, usersRemoved: GONE }])
    expect(wet.lines).toMatchObject([{ dryRun: false, usersSeen: USERS, usersRemoved: GONE }])
  })

  it.each([
    ['SIGTERM', 143, '1'],
    ['SIGINT', 130, '3'],
  ] as const)(
    'stopped by %s keeps its state, exits with %i, and continues from there',
    async (signal, exitCode, segments) => {
      const folder = await populated()
      const state = join(temporaryFolder(), 'state.json')
      const flags = ['--store', `lmdb:${folder}`, '--state', state]
      const stopped = start([...flags, '--segments', segments, '--rate', '40'])
      await vi.waitUntil(() => existsSync(state), { timeout: PATIENCE_MS })
      await vi.waitUntil(() => readFileSync(state, 'utf8').includes('cursor'), { timeout: PATIENCE_MS })
      stopped.kill(signal)
      const first = await endOf(stopped)
      expect(first).toMatchObject({ code: exitCode, stderr: '', lines: [{ outcome: 'interrupted' }] })
      const second = await sweep(flags)
      expect(second).toMatchObject({ code: 0, lines: [{ outcome: 'finished' }] })
      const seen = [first, second].map(({ lines }) => lines[0]?.usersSeen ?? 0)
      expect(seen[0]).toBeGreaterThan(0)
      expect((seen[0] ?? 0) + (seen[1] ?? 0)).toBe(USERS)
      expect(existsSync(state)).toBe(false)
    },
    60_000,
  )

  it('continues from a cursor', async () => {
    const folder = await populated()
    const { lines } = await sweep(['--store', `lmdb:${folder}`, '--cursor', 'user-9'])
    expect(lines).toMatchObject([{ outcome: 'finished', usersSeen: 10 }])
  })

  it('names every flag that makes no sense, with its bound and its value', async () => {
    const bounds = ['--store-timeout-ms', '-1', '--segments', '0', '--rate', 'fast', '--read-capacity', '1e3']
    const contradictions = ['--cursor', 'a', '--state', 'nowhere.json', '--dry-run']
    const { code, stderr } = await sweep([...bounds, ...contradictions])
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toEqual([
      'streamgate: --store-timeout-ms must be a whole number from 1 to 60000, got "-1"',
      'streamgate: --segments must be a whole number from 1 to 1000, got "0"',
      'streamgate: --rate must be a whole number from 1 to 1000000, got "fast"',
      'streamgate: --read-capacity must be a whole number from 1 to 1000000, got "1e3"',
      'streamgate: --cursor and --state both say where to continue: give only one',
      'streamgate: --dry-run keeps no --state: a later sweep would skip users that were only read',
    ])
  })

  it.each([
    ['lmdb:./nowhere', /--store lmdb:\.\/nowhere is not there/],
    ['memory:', /--store memory: is gone with its process/],
  ])('refuses %s', async (store, reason) => {
    const { code, stderr, lines } = await sweep(['--store', store])
    expect({ code, lines }).toEqual({ code: 2, lines: [] })
    expect(stderr).toMatch(reason)
  })

  it.each([
    ['not JSON', '{', /--state must name the state of a sweep.*state\.json/],
    [
      'of a segment that does not exist',
      '{"store":"x","segments":1,"left":[{"index":1}]}',
      /"index" must be a whole number from 0 to 0/,
    ],
    [
      'of another store',
      '{"store":"lmdb:/x","segments":1,"left":[{"index":0}]}',
      /--state is of lmdb:\/x, not of/,
    ],
  ])('refuses a state that is %s', async (_what, content, reason) => {
    const folder = await populated(1)
    const state = join(temporaryFolder(), 'state.json')
    writeFileSync(state, content)
    const { code, stderr } = await sweep(['--store', `lmdb:${folder}`, '--state', state])
    expect(code).toBe(2)
    expect(stderr).toMatch(reason)
    expect(readFileSync(state, 'utf8')).toBe(content)
  })

  it('reports at once if it cannot keep its state, or if its store is not a store', async () => {
    const folder = await populated(1)
    const unkept = await sweep(['--store', `lmdb:${folder}`, '--state', join(folder, 'no/state.json')])
    expect(unkept).toMatchObject({ code: 1, lines: [] })
    expect(unkept.stderr).toMatch(/^streamgate: --state .*no\/state\.json cannot be written/)
    const damaged = temporaryFolder()
    writeFileSync(join(damaged, 'data.mdb'), 'not a database, '.repeat(4096))
    const closed = await sweep(['--store', `lmdb:${damaged}`])
    expect(closed).toMatchObject({ code: 1, lines: [] })
    expect(closed.stderr).toMatch(/^streamgate: --store .* cannot be opened/)
  })
})

async function populated(users = USERS): Promise<string> {
  const folder = temporaryFolder()
  await populate(folder, users)
  return folder
}

type Line = { readonly outcome: string; readonly usersSeen: number }
type Outcome = { readonly code: number | null; readonly lines: readonly Line[]; readonly stderr: string }

function sweep(flags: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return endOf(start(flags, environment))
}

function start(flags: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [COMMAND_LINE, 'sweep', ...flags], {
    env: environment,
    cwd: temporaryFolder(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function endOf(child: ChildProcess): Promise<Outcome> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('The command has no standard output')
  const code = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  const [output, errors] = await Promise.all([text(stdout), text(stderr)])
  const lines = output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
  return { code: await code, lines, stderr: errors }
}
