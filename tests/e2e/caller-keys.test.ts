/**
 * Keys as an operator handles them: made by the command line, put into a file, replaced while the
 * service runs.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { AUDIENCE, ISSUER, TestIssuer } from '../http-contract/test-tokens.ts'
import { run } from './command.ts'
import { startService, type RunningService } from './running-service.ts'

/** A key and its entry, as the command prints them. */
async function newKey(...options: readonly string[]) {
  const { code, stdout } = await run(['key', 'new', ...options])
  expect(code).toBe(0)
  const [, key = '', , entry = ''] = /^key \(shown once\): (\S+)\n(.*)\n {2}(.*)\n$/.exec(stdout) ?? []
  return { key, entry: JSON.parse(entry) as object }
}

function fileOf(...entries: readonly object[]): string {
  return JSON.stringify({ keys: entries })
}

async function statusOf({ url }: RunningService, key: string | undefined): Promise<number> {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  return (await fetch(`${url}/users/alice/streams`, { headers })).status
}

describe.each([1, 2])('a file of API keys under %i process(es)', (workers) => {
  it('lets its keys in, is read again when it changes, and keeps the keys before if it is faulty', async () => {
    const folder = temporaryFolder()
    const path = join(mkdtempSync(join(folder, 'keys-')), 'keys.json')
    const first = await newKey('--scopes', 'read', '--id', 'first')
    const second = await newKey('--scopes', 'read,admit')
    writeFileSync(path, fileOf(first.entry))
    const flags = ['--auth', 'api-key', '--api-keys', path]
    const service = await startService({ folder, workers, flags })
    expect(await statusOf(service, undefined)).toBe(401)
    expect(await statusOf(service, first.key)).toBe(200)
    expect(await statusOf(service, second.key)).toBe(401)
    writeFileSync(path, fileOf(first.entry, second.entry))
    await untilEveryProcess(service, second.key, 200)
    expect(await statusOf(service, first.key)).toBe(200)
    writeFileSync(path, fileOf(second.entry))
    await untilEveryProcess(service, first.key, 401)
    writeFileSync(path, '{"keys":[')
    await service.untilLogged('keys refused, the ones before stay in force')
    expect(await statusOf(service, second.key)).toBe(200)
    expect(await statusOf(service, first.key)).toBe(401)
    await crashOneWorker(service, workers)
    expect(await statusOf(service, second.key)).toBe(200)
  })
})

describe('a file of public keys under 2 processes', () => {
  it('is read again when it changes: tokens by the keys before are refused', async () => {
    const folder = temporaryFolder()
    const path = join(mkdtempSync(join(folder, 'keys-')), 'jwks.json')
    const [before, after] = [new TestIssuer('before'), new TestIssuer('after')]
    const [old, young] = [await before.token('alice'), await after.token('alice')]
    writeFileSync(path, `\n${await before.jwks()}`)
    const named = ['--jwt-issuer', ISSUER, '--jwt-audience', AUDIENCE, '--jwt-keys', path]
    const service = await startService({ folder, workers: 2, flags: ['--auth', 'jwt', ...named] })
    await untilEveryProcess(service, old, 200)
    expect([await statusOf(service, young), await statusOf(service, undefined)]).toEqual([401, 401])
    writeFileSync(path, await after.jwks())
    await untilEveryProcess(service, young, 200)
    await untilEveryProcess(service, old, 401)
  })
})

/** Each connection goes to one process, so some in a row reach all of them. */
async function untilEveryProcess(service: RunningService, key: string, status: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const seen: number[] = []
      for (let each = 0; each < 8; each += 1) seen.push(await statusOf(service, key))
      expect(new Set(seen)).toEqual(new Set([status]))
    },
    { timeout: 10_000, interval: 100 },
  )
}

/** A worker that starts now does not read the faulty file. */
async function crashOneWorker(service: RunningService, workers: number): Promise<void> {
  if (workers === 1) return
  const [line] = service.logged('listening')
  process.kill(line?.pid ?? 0, 'SIGKILL')
  await service.untilLogged('listening', workers + 1)
}

describe('streamgate key new', () => {
  it('refuses what a service would not accept, and says what', async () => {
    for (const [options, fault] of [
      [['--scopes', 'admin'], /\/keys\/0\/scopes\/0 must be one of admit, read, end, operate/],
      [['--scopes', 'read', '--not-after', 'tomorrow'], /\/keys\/0\/notAfter must be an instant/],
      [['--scopes', 'read', '--id', 'a.b'], /\/keys\/0\/id must be 1 to 64/],
    ] as const) {
      const { code, stdout, stderr } = await run(['key', 'new', ...options])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(fault)
    }
  })
})
