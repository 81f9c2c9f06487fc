/**
 * `streamgate backup` and `restore`: the store of a service under load, in a file, and in another
 * service.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { open } from 'lmdb'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { populate } from '../../bench/lapsed-users.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { run } from './command.ts'
import { Load } from './load.ts'
import { holdWriteLock } from './neighbour.ts'
import { COMMAND_LINE, startService, type RunningService } from './running-service.ts'
import { Timeline, type Span } from './timeline.ts'

const LIMIT = 3
/** Users who are not there any more, so that a copy takes a while. */
const OTHERS = 20_000
const BACKUPS = 3
/** Starts and stops before, between and after backups. */
const CHANGES = 150
const PATIENCE_MS = 20_000

type Report = { readonly to: string; readonly users: number; readonly former?: string }

describe.each([1, 2])('a backup of a service of %i process(es) under load', (workers) => {
  it('is a state that the service had, and a service starts on it', async () => {
    const folder = temporaryFolder()
    await populate(folder, OTHERS)
    const service = await openService(folder, workers)
    const timeline = new Timeline(LIMIT)
    const load = new Load({ client: new Client(service.url), ledger: timeline, name: 'load' })
    const backups: { readonly span: Span; readonly file: string }[] = []
    for (let count = 0; count < BACKUPS; count += 1) {
      await load.untilAcknowledged(CHANGES)
      const fromMs = performance.now()
      const { to: file, users } = await backUp(folder, join(temporaryFolder(), 'backup.mdb'))
      backups.push({ file, span: { fromMs, toMs: performance.now() } })
      expect(users).toBeGreaterThanOrEqual(OTHERS)
    }
    await load.untilAcknowledged(CHANGES)
    for (const { file, span } of backups) {
      const restored = join(temporaryFolder(), 'store')
      const { stdout } = await run(['restore', '--from', file, '--store', `lmdb:${restored}`])
      expect(JSON.parse(stdout)).toMatchObject({ to: join(restored, 'data.mdb') })
      const second = await openService(restored, workers)
      const client = new Client(second.url)
      const lists = timeline.users.map(async (user) => [user, await client.list(user)] as const)
      expect(timeline.faultsOf(new Map(await Promise.all(lists)), span)).toEqual([])
      expect((await client.start('newcomer', 'film')).status).toBe(201)
      await second.killAll()
    }
    await load.end()
    expect(load.statuses).toEqual(new Set([201, 204, 409]))
    expect([...load.failures]).toEqual([])
  }, 120_000)
})

describe('streamgate backup', { timeout: 60_000 }, () => {
  it('names the file after the time in a folder, and lets those read it who may read the store', async () => {
    const folder = await filledFolder()
    chmodSync(join(folder, 'data.mdb'), 0o640)
    const { to } = await backUp(folder, temporaryFolder())
    expect(statSync(to).mode & 0o777).toBe(0o640)
    expect(to).toMatch(/\/data\.mdb\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/)
    expect(readdirSync(join(to, '..'))).toHaveLength(1)
  })

  it('replaces no file, and says what it cannot do', async () => {
    const folder = await filledFolder()
    const taken = join(temporaryFolder(), 'taken.mdb')
    writeFileSync(taken, 'mine')
    expect(await refusedBackup(folder, taken)).toBe(`${taken} is there already`)
    expect(readFileSync(taken, 'utf8')).toBe('mine')
    expect(await refusedBackup(folder, '/nowhere/file.mdb')).toBe('the folder /nowhere is not there')
    writeFileSync(join(folder, 'data.mdb'), readFileSync(join(folder, 'data.mdb')).subarray(0, 8192))
    expect(await refusedBackup(folder, temporaryFolder())).toMatch(/data\.mdb is damaged: .*cut short/)
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('stopped by %s leaves nothing, neither a file nor a snapshot', async (signal, exitCode) => {
    const { folder, target, child, neighbour } = await stuckBackup()
    const ended = once(child, 'close')
    child.kill(signal)
    expect(await ended).toEqual([exitCode, null])
    await neighbour.release()
    expect(readdirSync(target)).toEqual([])
    const { findings } = await doctor(folder)
    expect(findings.find(({ check }) => check === 'lmdb readers')).toMatchObject({ state: 'ok' })
  })

  it('killed leaves nothing that could be taken for a backup', async () => {
    const { target, child, neighbour } = await stuckBackup()
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
    await neighbour.release()
    expect(readdirSync(target)).toEqual([expect.stringMatching(/^\.partial-/)])
    const { code, stderr } = await run(['restore', '--from', target, '--store', `lmdb:${target}/store`])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `streamgate: ${target} has no data.mdb and no data.mdb.*\n`,
    })
  })
})

describe('streamgate restore', { timeout: 60_000 }, () => {
  it('refuses a folder that is not empty, and with --replace keeps the former store', async () => {
    const folder = await filledFolder(30)
    const { to: backup } = await backUp(await filledFolder(20), temporaryFolder())
    expect(await refusedRestore(backup, folder)).toBe(
      `${folder} is not empty: name another folder, or say --replace`,
    )
    const { code, stdout } = await run([
      'restore',
      '--from',
      backup,
      '--store',
      `lmdb:${folder}`,
      '--replace',
    ])
    const { users, former = '' } = JSON.parse(stdout) as Report
    expect({ code, users }).toEqual({ code: 0, users: 20 })
    const again = await run(['restore', '--from', former, '--store', `lmdb:${temporaryFolder()}`])
    expect(JSON.parse(again.stdout)).toMatchObject({ users: 30 })
  })

  it.runIf(process.platform === 'linux')('never replaces a store that a process uses', async () => {
    const folder = await filledFolder()
    const { to: backup } = await backUp(folder, temporaryFolder())
    const service = await startService({ folder })
    const used = `process ${service.pid} uses ${folder}`
    expect(await refusedRestore(backup, folder, ['--replace'])).toBe(`${used}: stop it first`)
    expect(await refusedRestore(join(folder, 'data.mdb'), temporaryFolder())).toBe(
      `${used}: make a backup of it by streamgate backup`,
    )
    expect((await new Client(service.url).start('viewer', 'film')).status).toBe(201)
  })

  it('takes the newest backup of a folder, and refuses what is not a whole store', async () => {
    const [backups, whole] = [temporaryFolder(), await filledFolder(10)]
    await backUp(whole, join(backups, 'data.mdb.1'))
    await backUp(await filledFolder(11), join(backups, 'data.mdb.2'))
    const { stdout } = await run(['restore', '--from', backups, '--store', `lmdb:${temporaryFolder()}`])
    expect(JSON.parse(stdout)).toMatchObject({ users: 11, from: join(backups, 'data.mdb.2') })

    const target = join(temporaryFolder(), 'store')
    const file = join(temporaryFolder(), 'file')
    const bytes = readFileSync(join(backups, 'data.mdb.1'))
    writeFileSync(file, bytes.subarray(0, bytes.length / 2))
    expect(await refusedRestore(file, target)).toMatch(/ is damaged: it is cut short, at \d+ bytes$/)
    writeFileSync(file, '')
    expect(await refusedRestore(file, target)).toBe(`${file} is empty`)
    copyFileSync(join(await foreignFolder(), 'data.mdb'), file)
    expect(await refusedRestore(file, target)).toBe('it is a file of LMDB, but not a store of Streamgate')
    expect(await refusedRestore('/nowhere', target)).toBe('/nowhere is not there')
    mkdirSync(`${target}-2`)
    expect(await refusedRestore(`${target}-2`, target)).toMatch(/has no data\.mdb/)
  })
})

/** Its leases never expire, so that a slow machine loses none by the clock. */
function openService(folder: string, workers: number): Promise<RunningService> {
  const policy = join(temporaryFolder(), 'policy.json')
  writeFileSync(policy, JSON.stringify({ leaseSeconds: null }))
  return startService({ folder, workers, flags: ['--policy', policy] })
}

async function filledFolder(users = 10): Promise<string> {
  const folder = temporaryFolder()
  await populate(folder, users)
  return folder
}

/** An environment of another program. */
async function foreignFolder(): Promise<string> {
  const folder = temporaryFolder()
  const environment = open<string, string>({ path: folder, noSubdir: false, overlappingSync: false })
  await environment.put('key', 'value')
  await environment.close()
  return folder
}

async function backUp(folder: string, to: string): Promise<Report> {
  const { code, stdout, stderr } = await run(['backup', '--store', `lmdb:${folder}`, '--to', to])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Report
}

async function refusedBackup(folder: string, to: string): Promise<string> {
  return refusalOf(await run(['backup', '--store', `lmdb:${folder}`, '--to', to]))
}

async function refusedRestore(from: string, folder: string, more: readonly string[] = []): Promise<string> {
  return refusalOf(await run(['restore', '--from', from, '--store', `lmdb:${folder}`, ...more]))
}

function refusalOf({ code, stdout, stderr }: Awaited<ReturnType<typeof run>>): string {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  return stderr.replace(/^streamgate: /, '').trimEnd()
}

/** A backup that waits, because another process holds the write lock. */
async function stuckBackup() {
  const [folder, target] = [await filledFolder(), temporaryFolder()]
  const neighbour = await holdWriteLock(folder)
  const args = ['backup', '--store', `lmdb:${folder}`, '--to', target]
  const child = spawn(process.execPath, [COMMAND_LINE, ...args], { env: {}, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const hasBegun = () => readdirSync(target).some((name) => readdirSync(join(target, name)).length > 0)
  await vi.waitUntil(hasBegun, { timeout: PATIENCE_MS, interval: 10 })
  return { folder, target, child, neighbour }
}

type Findings = { readonly findings: readonly { readonly check: string; readonly state: string }[] }

async function doctor(folder: string): Promise<Findings> {
  const { stdout } = await run(['doctor', '--store', `lmdb:${folder}`, '--port', '0', '--json'])
  return JSON.parse(stdout) as Findings
}
