/** With a key for user ids, nothing that a service writes shows one. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { UserIdHash } from '../../service/src/text/user-id-hash.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { holdWriteLock } from './neighbour.ts'
import { COMMAND_LINE, startService, type RunningService } from './running-service.ts'

const KEY = 'correct-horse-battery-staple'
/** Each has the mark, which nothing else has. */
const MARK = 'Whoami'
const USERS = [`${MARK}-1`, `${MARK} two`, `${MARK}/3`, `${MARK}é`, `${MARK}"\\`, `${MARK}@tv`]
const POLICY = JSON.stringify({
  leaseSeconds: 1,
  heartbeatSeconds: 1,
  defaultPlan: 'one',
  plans: {
    one: { limits: [{ max: 1 }] },
    evict: { limits: [{ max: 1 }], whenFull: 'evict-oldest' },
    devices: { limits: [{ max: 1 }], devices: { max: 1 } },
  },
})
const SETTINGS = ['--user-id-key', KEY, '--policy', POLICY, '--log-decisions', 'all', '--drain-seconds', '0']

describe.each(['trace', 'info'])('a service that logs at the level %s', (level) => {
  it('writes no user id, nor the key, whatever is asked', async () => {
    const folder = temporaryFolder()
    const flags = [...SETTINGS, '--log-level', level, '--store-timeout-ms', '300', '--sweep-minutes', '0.005']
    const service = await startService({ folder, flags })
    const client = new Client(service.url)
    for (const user of USERS) await useEveryCall(client, encodeURIComponent(user))
    await misuse(client)
    await vi.waitUntil(() => verbsOf(service).has('lapse'), { timeout: 30_000, interval: 50 })
    const neighbour = await holdWriteLock(folder)
    const away = await client.start(encodeURIComponent(USERS[1] ?? ''), 'film')
    await neighbour.release()
    service.signal('SIGTERM')
    await service.exitWithin(10_000)
    expect(away.status).toBe(503)
    expect(verbsOf(service)).toEqual(
      new Set(['start', 'heartbeat', 'stop', 'list', 'remove-device', 'erase', 'finish', 'lapse']),
    )
    const written = await writtenBy(service)
    for (const user of USERS) expect(written).toContain(`"user":"${new UserIdHash(KEY).of(user)}"`)
    expect(written).not.toMatch(new RegExp(MARK, 'i'))
    expect(written).not.toContain(KEY)
  }, 60_000)
})

describe('a store with hashed user ids', () => {
  const hashed = [...SETTINGS, '--store-user-ids', 'hashed', '--sweep-minutes', '0.005']

  it('holds no user id, and knows its users again by the same key', async () => {
    const folder = temporaryFolder()
    const service = await startService({ folder, flags: hashed })
    const client = new Client(service.url)
    for (const user of USERS) await useEveryCall(client, encodeURIComponent(user))
    await vi.waitUntil(() => sweptUsersOf(service).size === USERS.length, { timeout: 30_000, interval: 50 })
    expect(sweptUsersOf(service)).toEqual(new Set(USERS.map((user) => new UserIdHash(KEY).of(user))))
    await client.send('POST', '/users/user1/streams', { streamId: 'kept' })
    service.signal('SIGTERM')
    await service.exitWithin(10_000)
    const stored = readFileSync(join(folder, 'data.mdb'), 'latin1')
    expect(stored).toContain(new UserIdHash(KEY).of('user1'))
    expect(stored).not.toMatch(new RegExp(MARK, 'i'))
    expect(await idsOf({ folder, key: KEY })).toEqual(['kept'])
    expect(await idsOf({ folder, key: `${KEY}.` })).toEqual([])
  }, 60_000)

  it('needs the key', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [COMMAND_LINE, 'serve', '--store', 'memory:', '--store-user-ids', 'hashed'],
      { env: {}, encoding: 'utf8' },
    )
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('--store-user-ids hashed needs --user-id-key (STREAMGATE_USER_ID_KEY)'),
    })
  })
})

describe('a log with hashed user ids', () => {
  it('is replayed as any other log', async () => {
    const service = await startService({ folder: temporaryFolder(), flags: SETTINGS })
    const client = new Client(service.url)
    for (const user of USERS) {
      for (const id of ['a', 'b']) await client.start(encodeURIComponent(user), id)
    }
    service.signal('SIGTERM')
    await service.exitWithin(10_000)
    const log = join(temporaryFolder(), 'log.jsonl')
    writeFileSync(log, service.log.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [COMMAND_LINE, 'replay', '--log', log, '--policy', POLICY, '--json'],
      { env: {}, encoding: 'utf8' },
    )
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({
      usersRefused: { logged: USERS.length, replayed: USERS.length },
      refused: { logged: USERS.length, replayed: USERS.length },
      differences: {},
    })
  })
})

describe('without a key', () => {
  it('user ids are shown as they are', async () => {
    const service = await startService({ folder: temporaryFolder() })
    await new Client(service.url).start(`${MARK}-1`, 'film')
    await service.untilLogged('decision')
    expect(service.logged('decision')[0]?.user).toBe(`${MARK}-1`)
  })
})

/** Makes each call that is for a user, so that it succeeds, is refused, and is repeated. */
async function useEveryCall(client: Client, user: string): Promise<void> {
  await client.send('POST', `/users/${user}/streams`, { streamId: 'a', deviceId: 'tv', plan: 'devices' })
  await client.send('DELETE', `/users/${user}/devices/tv`)
  for (const streamId of ['a', 'b', 'a']) {
    await client.send('POST', `/users/${user}/streams`, { streamId })
    await client.send('POST', `/users/${user}/streams`, { streamId, plan: 'evict' })
    await client.send('PUT', `/users/${user}/streams/${streamId}`)
    await client.get(`/users/${user}/streams`)
  }
  await client.send('POST', `/users/${user}/streams/a/stop`)
  await client.stop(user, 'b')
  await client.send('DELETE', `/users/${user}`)
  await client.send('POST', '/streams/match/finish')
  // These two lapse.
  await client.start(user, 'c')
  await client.start(user, 'd')
}

/** Makes calls that are wrong in many ways, each with a user’s id in it. */
async function misuse(client: Client): Promise<void> {
  const user = encodeURIComponent(USERS[0] ?? '')
  const wrong: readonly (readonly [string, string, object?])[] = [
    ['POST', `/users/${user}/streams`, { streamId: '' }],
    ['POST', `/users/${user}/streams`, { streamId: 'a', plan: 'none' }],
    ['POST', `/users/${user}/streams`, { streamId: 'a'.repeat(9000) }],
    ['POST', `/users/${user}%00/streams`, { streamId: 'a' }],
    ['POST', `/users/${user}%/streams`, { streamId: 'a' }],
    ['POST', `/users/${user.repeat(100)}/streams`, { streamId: 'a' }],
    ['PATCH', `/users/${user}/streams`, {}],
    ['GET', `/users/${user}/nothing`],
    ['GET', `/users/${user}/streams/`],
    ['GET', `/${user}?user=${user}`],
    ['POST', `/users/${user}/cmcd`, { sid: user }],
    ['PUT', `/users/${user}/streams/${'a'.repeat(400)}`],
  ]
  for (const [method, path, body] of wrong) {
    expect((await client.send(method, path, body)).status, path).toBeGreaterThanOrEqual(400)
  }
}

function verbsOf(service: RunningService): ReadonlySet<string | undefined> {
  return new Set(service.logged('decision').map(({ verb }) => verb))
}

/** Everything on its standard output and its standard error. */
async function writtenBy(service: RunningService): Promise<string> {
  const lines = [...service.log.map((line) => JSON.stringify(line)), ...service.garbledLines]
  return [...lines, await service.stderr].join('\n')
}

/** The streams of `user1` in a service that is started again, in which nothing lapses. */
async function idsOf({ folder, key }: { readonly folder: string; readonly key: string }) {
  const flags = ['--user-id-key', key, '--store-user-ids', 'hashed', '--drain-seconds', '0']
  const service = await startService({ folder, flags })
  const { body } = await new Client(service.url).get('/users/user1')
  service.signal('SIGTERM')
  await service.exitWithin(10_000)
  return (body['streams'] as readonly { readonly id: string }[]).map(({ id }) => id)
}

/** The users whose leases the sweeper removed, as its lines name them. */
function sweptUsersOf(service: RunningService): ReadonlySet<string | undefined> {
  const lines = service.logged('decision').filter(({ verb }) => verb === 'lapse')
  return new Set(lines.map(({ user }) => user))
}
