/** The audit says who ended whose stream, and why, apart from the decisions. */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { makeApiKey } from '../../service/src/auth/api-key.ts'
import { UserIdHash } from '../../service/src/text/user-id-hash.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { COMMAND_LINE, startService } from './running-service.ts'

const POLICY = JSON.stringify({
  defaultPlan: 'one',
  plans: {
    one: { limits: [{ max: 1 }], whenFull: 'evict-oldest' },
    devices: { limits: [{ max: 3 }], devices: { max: 3 } },
  },
})
const KEY = 'correct-horse-battery-staple'

/** What is done to ann's streams, and to those of others. */
async function endMany(client: Client): Promise<void> {
  const streams = '/users/ann/streams'
  await client.send('POST', streams, { streamId: 'a', deviceId: 'tv' })
  // A change of channel on one device, and a stop by the player itself, are not endings by others.
  await client.send('POST', streams, { streamId: 'b', deviceId: 'tv' })
  await client.send('POST', streams, { streamId: 'c', deviceId: 'phone' })
  await client.send('POST', streams, { streamId: 'd', deviceId: 'pc', replaces: 'c@phone' })
  await client.send('DELETE', `${streams}/d@pc?by=operator&reason=${encodeURIComponent('Fraud "é"')}`)
  await client.send('DELETE', `${streams}/d@pc?by=operator&reason=again`)
  await client.send('POST', streams, { streamId: 'e' })
  await client.send('DELETE', `${streams}/e`)
  await client.send('POST', '/users/bob/streams', { streamId: 'f', deviceId: 'tv', plan: 'devices' })
  await client.send('DELETE', '/users/bob/devices/tv')
  await client.send('DELETE', '/users/bob')
  await client.send('POST', '/streams/match%0A/finish')
  await client.send('POST', '/streams/match/finish')
}

const EXPECTED = [
  { event: 'evicted', user: 'ann', lease: 'b@tv', by: 'c@phone' },
  { event: 'replaced', user: 'ann', lease: 'c@phone', by: 'd@pc' },
  { event: 'stopped', user: 'ann', lease: 'd@pc', reason: 'Fraud "é"' },
  { event: 'device-removed', user: 'bob', device: 'tv' },
  { event: 'erased', user: 'bob' },
  { event: 'finished', stream: 'match' },
]

type Line = { readonly event: string }

const byEvent = (one: Line, other: Line) => one.event.localeCompare(other.event)

describe('the audit', () => {
  it('is in the log, whatever decisions the log has', async () => {
    const flags = ['--policy', POLICY, '--log-decisions', 'none', '--drain-seconds', '0']
    const service = await startService({ folder: temporaryFolder(), flags })
    await endMany(new Client(service.url))
    await vi.waitUntil(() => service.logged('audit').length === EXPECTED.length, { timeout: 10_000 })
    expect(service.logged('audit')).toMatchObject(
      EXPECTED.map((line) => ({ ...line, level: 'info', caller: 'trusted' })),
    )
  })

  it('is in a file of its own that only its owner reads, for all workers, with hashed user ids', async () => {
    const file = join(temporaryFolder(), 'audit.jsonl')
    const flags = ['--policy', POLICY, '--audit-log', file, '--user-id-key', KEY, '--drain-seconds', '0']
    const service = await startService({ folder: temporaryFolder(), workers: 2, flags })
    await endMany(new Client(service.url))
    service.signal('SIGTERM')
    await service.exitWithin(10_000)
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const hash = new UserIdHash(KEY).of
    const expected = EXPECTED.map((line) => ('user' in line ? { ...line, user: hash(line.user) } : line))
    const written = lines.map((line) => JSON.parse(line) as Line)
    expect(written.toSorted(byEvent)).toMatchObject(expected.toSorted(byEvent))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(service.logged('audit')).toEqual([])
  })

  it('names the API key that ended a stream, and no secret', async () => {
    const { key, entry } = makeApiKey({ id: 'support', scopes: ['admit', 'operate'] })
    const flags = ['--auth', 'api-key', '--api-keys', JSON.stringify({ keys: [entry] }), '--policy', POLICY]
    const service = await startService({ folder: temporaryFolder(), flags })
    const call = (method: string, path: string, body?: string) =>
      fetch(`${service.url}${path}`, {
        method,
        ...(body !== undefined && { body }),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      })
    await call('POST', '/users/ann/streams', '{"streamId":"a"}')
    await call('POST', '/users/ann/streams', '{"streamId":"b"}')
    await call('DELETE', '/users/ann/streams/b?by=operator&reason=Fraud')
    await vi.waitUntil(() => service.logged('audit').length === 2, { timeout: 10_000 })
    expect(service.logged('audit')).toMatchObject([
      { event: 'evicted', lease: 'a', by: 'b', caller: 'key:support' },
      { event: 'stopped', lease: 'b', reason: 'Fraud', caller: 'key:support' },
    ])
    expect(JSON.stringify(service.log)).not.toContain(key.slice('sgk_support.'.length))
  })

  it('is nowhere if it is off', async () => {
    const flags = ['--policy', POLICY, '--audit-log', 'off', '--drain-seconds', '0']
    const service = await startService({ folder: temporaryFolder(), flags })
    await endMany(new Client(service.url))
    service.signal('SIGTERM')
    await service.exitWithin(10_000)
    expect(service.logged('audit')).toEqual([])
  })

  it.each([
    ['logs', 'must be log, off, or a file such as ./audit.jsonl, got "logs"'],
    ['./nowhere/audit.jsonl', 'must name a file that can be written, got "./nowhere/audit.jsonl": '],
  ])('is not written to %s', (place, fault) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [COMMAND_LINE, 'serve', '--store', 'memory:', '--audit-log', place],
      { env: {}, encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([2, expect.stringContaining(`--audit-log ${fault}`)])
  })
})
