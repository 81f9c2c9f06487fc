/** `streamgate doctor` on a real Redis, and on an emulated DynamoDB. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { until } from '../../stores/test/redis/groups.ts'
import { RedisServer } from '../../stores/test/redis/redis-server.ts'
import { run } from './command.ts'
import { diagnose, foundOf, type Diagnosis } from './diagnosis.ts'

describe('streamgate doctor on Redis', { timeout: 90_000 }, () => {
  const PASSWORD = 'correct-horse-battery'

  it('tells the settings that lose leases, and shows no secret', async () => {
    const settings = ['--appendonly', 'no', '--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']
    const access = { password: PASSWORD }
    const server = await RedisServer.start(onTestFinished, {
      settings: [...settings, '--requirepass', PASSWORD],
      access,
    })
    const secrets = [PASSWORD, 'k'.repeat(40), 'wrong-password']
    const keys = { STREAMGATE_NETWORK_KEY: secrets[1] ?? '' }
    const flags = ['--user-id-key', secrets[1] ?? '', '--port', '0', '--store-timeout-ms', '20000']
    const store = (password: string) => ['--store', `redis://:${password}@127.0.0.1:${server.port}/3`]
    const well = await run(['doctor', ...store(PASSWORD), ...flags, '--json'], keys)
    const table = await run(['doctor', ...store(PASSWORD), ...flags], keys)
    const unwell = await run(['doctor', ...store('wrong-password'), ...flags, '--json'], keys)
    const misspelt = await run(['doctor', '--store', `reddis://:${PASSWORD}@127.0.0.1/3`], keys)
    const { findings } = JSON.parse(well.stdout) as Diagnosis
    expect([well.code, table.code, unwell.code, misspelt.code]).toEqual([0, 0, 1, 1])
    expect(findings).toContainEqual(
      expect.objectContaining({ state: 'warning', found: expect.stringContaining('allkeys-lru') }),
    )
    expect(findings).toContainEqual(
      expect.objectContaining({ state: 'warning', todo: 'set appendonly to yes' }),
    )
    expect(findings).toContainEqual(expect.objectContaining({ check: 'clock', state: 'ok' }))
    expect(unwell.stdout).toContain('correct the password in --store')
    for (const { stdout, stderr } of [well, table, unwell, misspelt]) {
      for (const secret of secrets) expect(stdout + stderr).not.toContain(secret)
    }
    expect(await server.admin.dbsize()).toBe(0)
  })

  it('tells a server that is away, and a replica', async () => {
    const master = await RedisServer.start(onTestFinished)
    const replica = await RedisServer.start(onTestFinished, {
      settings: ['--replicaof', '127.0.0.1', String(master.port)],
    })
    await until('it follows', async () => (await replica.admin.info()).includes('master_link_status:up'))
    const onReplica = await diagnose(['--store', replica.url])
    expect(onReplica.code).toBe(1)
    expect(onReplica.findings).toContainEqual(
      expect.objectContaining({
        check: 'redis',
        state: 'fault',
        todo: expect.stringContaining('the master'),
      }),
    )
    const { url } = master
    await master.end()
    expect((await diagnose(['--store', url])).findings).toContainEqual(
      expect.objectContaining({
        check: 'store',
        state: 'fault',
        found: expect.stringContaining('ECONNREFUSED'),
        todo: 'start it, or correct the host and the port in --store',
      }),
    )
  })
})

describe('streamgate doctor on DynamoDB', { timeout: 60_000 }, () => {
  const dynalite = useDynalite()

  it('reads both tables and the clock, and names a table that is missing', async () => {
    const table = await dynalite.makeTable()
    const environment = {
      AWS_ENDPOINT_URL_DYNAMODB: dynalite.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'nobody',
      AWS_SECRET_ACCESS_KEY: 'nothing',
    }
    const flags = ['--store']
    const well = await diagnose([...flags, `dynamodb:${table}?requestTimeoutMs=5000`], environment)
    expect(well.findings.filter(({ state }) => state === 'fault')).toEqual([])
    expect(foundOf(well.findings, 'clock')).toContain('agrees')
    expect(foundOf(well.findings, 'finished streams')).toBe('they can be read')
    const missing = await diagnose([...flags, 'dynamodb:Missing?requestTimeoutMs=5000'], environment)
    expect(missing.findings).toContainEqual(
      expect.objectContaining({ state: 'fault', todo: expect.stringContaining('create the table') }),
    )
  })
})
