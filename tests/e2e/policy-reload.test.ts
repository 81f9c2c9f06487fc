/** A policy file that changes under a running service, as operators, editors and containers change files. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { Client } from './client.ts'
import { startService, type RunningService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

/** Within a second or so, and a busy machine takes its time. */
const SOON_MS = 8000
/** Longer than a change takes to be noticed. */
const NOTICED_MS = 1000

type Setting = {
  readonly service: RunningService
  readonly client: Client
  readonly path: string
}

describe.each([1, 2])('a policy file under %i process(es)', (workers) => {
  it('holds soon after it is written, and its changes are told', async () => {
    const { service, client, path } = await serve(workers, 1)
    await client.start('user', 'a')
    expect((await client.start('user', 'b')).body.limit).toBe(1)
    writeFileSync(path, policyText({ standard: 2, family: 5 }))
    await untilLimitIs(client, 2)
    await service.untilLogged('policy reloaded')
    expect(service.logged('policy reloaded')).toEqual([
      expect.objectContaining({
        level: 'info',
        cause: 'file-changed',
        added: ['family'],
        changed: ['standard'],
      }),
    ])
    expect((await client.start('user', 'b')).status).toBe(201)
    expect(await versionOf(client)).toMatchObject({ origin: 'file', sha256: sha256Of(path) })
    await vi.waitFor(async () => expect(await reloadsOf(client)).toMatchObject({ accepted: 1, refused: 0 }))
  })

  it('is refused where it is faulty, loudly, and the one before stays in force until it is mended', async () => {
    const { service, client, path } = await serve(workers, 2)
    const before = await versionOf(client)
    writeFileSync(path, '{\n "plans": { "standard": { "limits": [{ "max": 0 }], "whenfull": "deny" } } }')
    await service.untilLogged(REFUSED)
    expect(service.logged(REFUSED)).toEqual([
      expect.objectContaining({
        level: 'error',
        faults: [
          expect.objectContaining({ pointer: '/plans/standard/whenfull', line: 2 }),
          expect.objectContaining({ pointer: '/plans/standard/limits/0/max', line: 2 }),
        ],
        inForce: { sha256: before.sha256 },
      }),
    ])
    await vi.waitFor(async () =>
      expect(await versionOf(client)).toEqual({ ...before, refusedAt: expect.any(String) }),
    )
    await untilLimitIs(client, 2)
    expect(await reloadsOf(client)).toMatchObject({ refused: 1, isRefused: 1 })
    writeFileSync(path, policyText({ standard: 3 }))
    await untilLimitIs(client, 3)
    expect(await versionOf(client)).not.toHaveProperty('refusedAt')
    expect(await reloadsOf(client)).toMatchObject({ accepted: 1, refused: 1, isRefused: 0 })
  })

  it('may lower a limit, which ends nobody and lets nobody in until there is room', async () => {
    const { client, path } = await serve(workers, 3)
    for (const stream of ['a', 'b', 'c']) await client.start('user', stream)
    writeFileSync(path, policyText({ standard: 1 }))
    await untilLimitIs(client, 1)
    for (const stream of ['a', 'b', 'c']) {
      expect((await client.send('PUT', `/users/user/streams/${stream}`)).status).toBe(200)
    }
    const denied = await client.start('user', 'd')
    expect([denied.status, denied.body.active, denied.body.limit]).toEqual([409, 3, 1])
    for (const stream of ['a', 'b', 'c']) await client.stop('user', stream)
    expect((await client.start('user', 'd')).status).toBe(201)
  })

  it('is read again at SIGHUP, to whichever process it is sent, and nobody ends', async () => {
    const { service, client, path } = await serve(workers, 1)
    service.signal('SIGHUP')
    await service.untilLogged('policy unchanged')
    writeFileSync(path, policyText({ standard: 4 }))
    service.signalAll('SIGHUP')
    await untilLimitIs(client, 4)
    expect(service.logged('policy reloaded')).toHaveLength(1)
    expect((await client.get('/livez')).status).toBe(200)
  })
})

describe('a policy file', () => {
  it('may be replaced by renaming another onto it', async () => {
    const { client, path } = await serve(1, 1)
    for (const limit of [2, 3]) {
      writeFileSync(`${path}.new`, policyText({ standard: limit }))
      renameSync(`${path}.new`, path)
      await untilLimitIs(client, limit)
    }
  })

  it('may lie behind links that are turned to another folder, as in a container’s mounted configuration', async () => {
    const folder = temporaryFolder()
    const version = (name: string, limit: number) => {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'policy.json'), policyText({ standard: limit }))
    }
    version('..1', 1)
    symlinkSync('..1', join(folder, '..data'))
    const path = join(folder, 'policy.json')
    symlinkSync(join('..data', 'policy.json'), path)
    const { client } = await serveFile(1, path)
    await untilLimitIs(client, 1)
    version('..2', 2)
    symlinkSync('..2', join(folder, '..data.new'))
    renameSync(join(folder, '..data.new'), join(folder, '..data'))
    rmSync(join(folder, '..1'), { recursive: true })
    await untilLimitIs(client, 2)
  })

  it('that is gone is told of once, and the policy stays', async () => {
    const { service, client, path } = await serve(1, 2)
    unlinkSync(path)
    await service.untilLogged(REFUSED)
    await pause(NOTICED_MS)
    expect(service.logged(REFUSED)).toEqual([
      expect.objectContaining({ faults: [{ detail: expect.stringContaining('ENOENT') }] }),
    ])
    await untilLimitIs(client, 2)
    writeFileSync(path, policyText({ standard: 1 }))
    await untilLimitIs(client, 1)
  })

  it('with any number of faults is refused in a short line, by the first twenty and their number', async () => {
    const { service, client, path } = await serve(1, 2)
    const plans = Array.from({ length: 20_000 }, (_, index) => [`plan-${index}`, { limit: index }])
    writeFileSync(path, JSON.stringify({ plans: Object.fromEntries(plans), ['x'.repeat(100_000)]: 1 }))
    await service.untilLogged(REFUSED)
    const [line] = service.logged(REFUSED)
    expect(JSON.stringify(line).length).toBeLessThan(20_000)
    // Two for each plan, one for the member that is not known, and one for the missing default.
    expect(line).toMatchObject({ faultCount: 40_002, faults: { length: 20 } })
    await untilLimitIs(client, 2)
  })

  it('of more than a megabyte, or that is no regular file, is refused, and does not keep later ones out', async () => {
    const { service, client, path } = await serve(1, 2)
    const refusedFor = async (reason: string, count: number) => {
      await service.untilLogged(REFUSED, count)
      expect(service.logged(REFUSED).at(-1)).toMatchObject({ faults: [{ detail: reason }] })
    }
    writeFileSync(path, policyText({ standard: 9 }).padEnd(1_000_001))
    await refusedFor('it has more than 1000000 bytes', 1)
    unlinkSync(path)
    execFileSync('mkfifo', [path])
    await refusedFor('it is not a regular file', 2)
    service.signal('SIGHUP')
    await refusedFor('it is not a regular file', 3)
    unlinkSync(path)
    mkdirSync(path)
    await refusedFor('it is not a regular file', 4)
    rmSync(path, { recursive: true })
    writeFileSync(path, policyText({ standard: 1 }).padEnd(1_000_000))
    await untilLimitIs(client, 1)
    expect(await reloadsOf(client)).toMatchObject({ accepted: 1, isRefused: 0 })
  })

  it('with thousands of new plans is taken over, and told of in a short line', async () => {
    const { service, path } = await serve(1, 1)
    const names = Array.from({ length: 5000 }, (_, index) => [`plan-${index}`, 1] as const)
    writeFileSync(path, policyText({ standard: 1, ...Object.fromEntries(names) }))
    await service.untilLogged('policy reloaded')
    const [line] = service.logged('policy reloaded')
    expect(line).toMatchObject({ added: { length: 20 }, addedCount: 5000 })
    expect(line).not.toHaveProperty('changed')
  })

  it('that is only touched is no news', async () => {
    const { service, path } = await serve(1, 2)
    utimesSync(path, new Date(0), new Date(0))
    await pause(NOTICED_MS)
    expect(service.log.filter(({ msg }) => msg.includes('policy'))).toEqual([])
  })

  it('that is faulty does not keep a worker from being replaced, which decides by the policy in force', async () => {
    const { service, client, path } = await serve(2, 1)
    writeFileSync(path, policyText({ standard: 2 }))
    await service.untilLogged('policy reloaded')
    writeFileSync(path, '{')
    await service.untilLogged(REFUSED)
    const [oldest = Number.NaN] = service.workers
    service.killWorker(oldest)
    await service.untilLogged('listening', 3)
    await untilLimitIs(client, 2)
    expect(await versionOf(client)).toMatchObject({ refusedAt: expect.any(String) })
  })
})

const REFUSED = 'policy refused, the one before stays in force'

function serve(workers: number, limit: number): Promise<Setting> {
  const path = join(temporaryFolder(), 'policy.json')
  writeFileSync(path, policyText({ standard: limit }))
  return serveFile(workers, path)
}

async function serveFile(workers: number, path: string): Promise<Setting> {
  const service = await startService({ folder: temporaryFolder(), workers, flags: ['--policy', path] })
  return { service, client: new Client(service.url), path }
}

/** Plans of one limit each. */
function policyText(limits: Readonly<Record<string, number>>): string {
  const plans = Object.entries(limits).map(([name, max]) => [name, { limits: [{ max }] }])
  return JSON.stringify({ defaultPlan: 'standard', plans: Object.fromEntries(plans) })
}

/** Until as many answers in a row as hardly come from one of several workers alone speak of this limit. */
async function untilLimitIs(client: Client, limit: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => client.get('/users/nobody/streams')))
      expect(new Set(answers.map(({ body }) => body.limit))).toEqual(new Set([limit]))
    },
    { timeout: SOON_MS, interval: 50 },
  )
}

type PolicyView = { readonly origin: string; readonly sha256: string; readonly refusedAt?: string }

async function versionOf(client: Client): Promise<PolicyView> {
  const { policy } = JSON.parse((await client.get('/version')).text) as { policy: PolicyView }
  return policy
}

async function reloadsOf(client: Client): Promise<Readonly<Record<string, number>>> {
  const { text } = await client.get('/metrics')
  const reloads = [...text.matchAll(/^streamgate_policy_reloads_total\{result="(\w+)"\} (\d+)/gm)]
  const isRefused = /^streamgate_policy_file_refused (\d)/m.exec(text)?.[1]
  return {
    ...Object.fromEntries(reloads.map(([, result = '', count]) => [result, Number(count)])),
    isRefused: Number(isRefused),
  }
}

function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
