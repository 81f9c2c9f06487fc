/** `streamgate doctor`, on real files, ports and limits. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { fileHolding, run } from './command.ts'
import { diagnose, foundOf, type Diagnosis, type Finding } from './diagnosis.ts'
import { holdWriteLock } from './neighbour.ts'
import { COMMAND_LINE, startService } from './running-service.ts'

const HOLD_SNAPSHOTS = fileURLToPath(new URL('../../stores/test/hold-snapshots.ts', import.meta.url))

describe('streamgate doctor', { timeout: 60_000 }, () => {
  it('finds nothing wrong with a running service, and changes nothing in its store', async () => {
    const folder = temporaryFolder()
    const service = await startService({ folder })
    await new Client(service.url).start('viewer', 'film')
    const { port } = new URL(service.url)
    const { code, findings } = await diagnose(['--store', `lmdb:${folder}`, '--port', port])
    // The disk of the machine that runs this may be full or in memory.
    expect(withoutDisk(findings).filter(({ state }) => state !== 'ok')).toEqual([])
    expect(code).toBe(0)
    expect(foundOf(findings, 'port')).toMatch(/^a Streamgate .* answers on .*, and is ready$/)
    expect(foundOf(findings, 'store')).toMatch(/answers a read in .* a start and its removal in /)
    expect(foundOf(findings, 'lmdb readers')).toMatch(/^\d+ of 1024 slots used$/)
    const store = new LmdbStore({ path: folder })
    onTestFinished(() => store.close())
    const { users } = await store.scan({ pageSize: 10 })
    expect(users.map(({ user }) => user)).toEqual(['viewer'])
  })

  it('makes no files if there is no store yet', async () => {
    const folder = join(temporaryFolder(), 'not', 'there')
    const { code, findings } = await diagnose(['--store', `lmdb:${folder}`])
    expect({ code, found: foundOf(findings, 'lmdb folder') }).toEqual({
      code: 0,
      found: `${folder} is not there yet: the service makes it`,
    })
    expect(existsSync(join(folder, '..'))).toBe(false)
  })

  it('prints a table, with what to do below each fault', async () => {
    const folder = await damagedFolder()
    const { code, stdout, stderr } = await run(['doctor', '--store', `lmdb:${folder}`, '--port', '0'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^state +check +found\nok +settings +they fit Streamgate /)
    expect(stdout).toMatch(
      /\nfault +lmdb data +.*data\.mdb is damaged: .*\n +→ restore a backup by streamgate/,
    )
    expect(stdout).toMatch(/\n\n1 fault, \d+ warnings?\.\n$/)
  })

  it('tells about settings and policies', async () => {
    const odd = fileHolding(JSON.stringify({ plans: { basic: { limits: [{ max: 2 }, { max: 3 }] } } }))
    const { code, findings } = await diagnose(['--policy', odd, '--workers', '200', '--store', 'memory:'])
    expect({ code, faults: foundOf(findings, 'settings') }).toEqual({
      code: 1,
      faults: expect.stringMatching(/^--workers 200 .*lmdb:<folder>$/),
    })
    const onDisk = await diagnose([
      '--policy',
      odd,
      '--workers',
      '200',
      '--store',
      `lmdb:${folderOfNobody()}`,
    ])
    expect(onDisk.code).toBe(0)
    expect(onDisk.findings).toContainEqual({
      check: 'policy',
      state: 'warning',
      found: expect.stringMatching(/policy\.json:1:\d+: \/plans\/basic\/limits\/1 is never reached/),
      todo: expect.any(String),
    })
    expect(onDisk.findings).toContainEqual(
      expect.objectContaining({
        check: 'processors',
        state: 'warning',
        todo: expect.stringContaining('--workers'),
      }),
    )
    expect((await diagnose(['--store', 'memory:'])).findings).toContainEqual(
      expect.objectContaining({
        check: 'store',
        state: 'warning',
        found: 'memory: is gone with the process',
      }),
    )
  })

  it('tells what else is on the port, and whether it is ready', async () => {
    await using other = createServer((socket) => void socket.destroy())
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const port = String((other.address() as AddressInfo).port)
    expect(await diagnose(['--store', 'memory:', '--port', port])).toMatchObject({
      code: 1,
      findings: expect.arrayContaining([
        expect.objectContaining({ check: 'port', state: 'fault', todo: expect.stringContaining('--port') }),
      ]),
    })
    const service = await startService({ folder: temporaryFolder(), flags: ['--drain-seconds', '60'] })
    service.signal('SIGTERM')
    await service.untilLogged('draining')
    const draining = await diagnose(['--store', 'memory:', '--port', new URL(service.url).port])
    expect(draining.findings).toContainEqual(
      expect.objectContaining({
        check: 'port',
        state: 'warning',
        found: expect.stringContaining('is not ready'),
      }),
    )
  })

  it('tells if too few files may be open', async () => {
    const command = [process.execPath, COMMAND_LINE, 'doctor', '--store', 'memory:', '--port', '0', '--json']
    const child = spawn('bash', ['-c', 'ulimit -n 256 && exec "$@"', 'bash', ...command], { env: {} })
    const { findings } = JSON.parse(await text(child.stdout)) as Diagnosis
    expect(findings).toContainEqual({
      check: 'open files',
      state: 'warning',
      found: '256 for each process, and up to 10000 requests in flight',
      todo: expect.stringContaining('LimitNOFILE'),
    })
  })

  it('names the dead process that held a snapshot of a running service, and frees it', async () => {
    const folder = temporaryFolder()
    await startService({ folder })
    const holder = spawn(process.execPath, [HOLD_SNAPSHOTS, folder, '3'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    const dead = once(holder, 'close')
    holder.kill('SIGKILL')
    await dead
    const flags = ['--store', `lmdb:${folder}`]
    expect((await diagnose(flags)).findings).toContainEqual(
      expect.objectContaining({
        check: 'lmdb readers',
        state: 'warning',
        found: expect.stringContaining(`process ${holder.pid} ended without freeing its own`),
      }),
    )
    expect((await diagnose(flags)).findings).toContainEqual(
      expect.objectContaining({ check: 'lmdb readers', state: 'ok' }),
    )
  })

  it('does not wait forever if another process holds the write lock', async () => {
    const folder = temporaryFolder()
    await new LmdbStore({ path: folder }).close()
    await holdWriteLock(folder)
    const { code, findings } = await diagnose(['--store', `lmdb:${folder}`])
    expect({ code, found: foundOf(findings, 'store') }).toEqual({
      code: 1,
      found: 'its opening took longer than 10 s',
    })
  })

  it.each(['NAME', '--nosuch'])('refuses %s', async (argument) => {
    expect(await run(['doctor', argument])).toMatchObject({ code: 2, stdout: '' })
  })
})

function withoutDisk(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ check }) => check !== 'lmdb disk' && check !== 'open files')
}

function folderOfNobody(): string {
  return join(temporaryFolder(), 'store')
}

async function damagedFolder(): Promise<string> {
  const folder = join(temporaryFolder(), 'damaged')
  mkdirSync(folder)
  await new LmdbStore({ path: folder }).close()
  const file = join(folder, 'data.mdb')
  writeFileSync(file, readFileSync(file).subarray(0, 8192))
  return folder
}
