/**
 * A policy that changes under a running service: what takes effect, what is refused, and what is
 * reported.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { policyText, REFUSED, reloadsOf, serveWithPolicy, untilLimitIs, versionOf } from './policy-setting.ts'

describe.each([1, 2])('a policy file under %i process(es)', (workers) => {
  it('takes effect soon after it is written, and its changes are logged', async () => {
    const { service, client, path } = await serveWithPolicy(workers, 1)
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

  it('is refused if it is faulty, with a log line, and the old one stays in force until it is fixed', async () => {
    const { service, client, path } = await serveWithPolicy(workers, 2)
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

  it('may lower a limit, which ends no stream and admits none until there is room', async () => {
    const { client, path } = await serveWithPolicy(workers, 3)
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

  it('is read again at SIGHUP, whichever process receives it, and no process ends', async () => {
    const { service, client, path } = await serveWithPolicy(workers, 1)
    service.signal('SIGHUP')
    await service.untilLogged('policy unchanged')
    writeFileSync(path, policyText({ standard: 4 }))
    service.signalAll('SIGHUP')
    await untilLimitIs(client, 4)
    expect(service.logged('policy reloaded')).toHaveLength(1)
    expect((await client.get('/livez')).status).toBe(200)
  })
})

describe('a policy', () => {
  it('with any number of faults is refused in a short line, with the first twenty and a count', async () => {
    const { service, client, path } = await serveWithPolicy(1, 2)
    const plans = Array.from({ length: 20_000 }, (_, index) => [`plan-${index}`, { limit: index }])
    writeFileSync(path, JSON.stringify({ plans: Object.fromEntries(plans), ['x'.repeat(100_000)]: 1 }))
    await service.untilLogged(REFUSED)
    const [line] = service.logged(REFUSED)
    expect(JSON.stringify(line).length).toBeLessThan(20_000)
    // Two for each plan, one for the unknown member, and one for the missing default.
    expect(line).toMatchObject({ faultCount: 40_002, faults: { length: 20 } })
    await untilLimitIs(client, 2)
  })

  it('with thousands of new plans takes effect, and is reported in a short line', async () => {
    const { service, path } = await serveWithPolicy(1, 1)
    const names = Array.from({ length: 5000 }, (_, index) => [`plan-${index}`, 1] as const)
    writeFileSync(path, policyText({ standard: 1, ...Object.fromEntries(names) }))
    await service.untilLogged('policy reloaded')
    const [line] = service.logged('policy reloaded')
    expect(line).toMatchObject({ added: { length: 20 }, addedCount: 5000 })
    expect(line).not.toHaveProperty('changed')
  })

  it('that is faulty does not keep a worker from being replaced, and the new one uses the policy in force', async () => {
    const { service, client, path } = await serveWithPolicy(2, 1)
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

function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
