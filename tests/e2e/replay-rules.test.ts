/** A replay of a log under the policy that made it, with every kind of rule. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from './command.ts'
import { sendOverHttp } from '../http-contract/target.ts'
import { startService } from './running-service.ts'
import { seeded } from '../../core/test/pool-world.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const CALLS = 1_200
const POLICY = {
  leaseSeconds: 75,
  defaultPlan: 'home',
  plans: {
    home: {
      limits: [{ max: 2 }, { max: 1, distinct: 'network' }, { max: 1, per: 'profile' }],
      devices: { max: 3, changes: { max: 5, days: 30 } },
    },
  },
  tenants: { b: { plans: { one: { limits: [{ max: 1 }], whenFull: 'evict-oldest' } } } },
}

it('decides as the service did: by attributes, networks, devices, tenants and lists of streams', async () => {
  const folder = temporaryFolder()
  const policy = join(folder, 'policy.json')
  writeFileSync(policy, JSON.stringify(POLICY))
  const service = await startService({ folder, flags: ['--policy', policy] })
  const random = seeded(7)
  const below = (count: number) => Math.floor(random() * count)
  const statuses = new Set<number>()
  for (let call = 0; call < CALLS; call += 1) {
    const user = `/users/u${below(30)}`
    const [stream, device, dice] = [`s${below(5)}`, `d${below(4)}`, random()]
    const headers = {
      'content-type': 'application/json',
      ...(random() < 0.2 && { 'x-tenant': 'b' }),
    }
    const start = {
      streamId: stream,
      deviceId: device,
      clientAddress: `192.0.${below(2)}.1`,
      attributes: { profile: `p${below(3)}` },
      ...(random() < 0.2 && { replaces: [`s${below(5)}@d${below(4)}`, `s${below(5)}@d${below(4)}`] }),
    }
    const request =
      dice < 0.6
        ? { method: 'POST', path: `${user}/streams`, body: JSON.stringify(start) }
        : dice < 0.95
          ? { method: dice < 0.8 ? 'DELETE' : 'PUT', path: `${user}/streams/${stream}@${device}` }
          : { method: 'DELETE', path: `${user}/devices/${device}` }
    statuses.add((await sendOverHttp(service.url, { ...request, headers })).status)
  }
  expect([...statuses].toSorted((one, other) => one - other)).toEqual([200, 201, 204, 409, 410])
  service.signal('SIGTERM')
  await service.exitWithin(20_000)
  const log = join(folder, 'decisions.jsonl')
  writeFileSync(log, service.log.map((line) => JSON.stringify(line)).join('\n'))
  const { stdout, code } = await run(['replay', '--log', log, '--policy', policy, '--json'])
  const { differences, decisions } = JSON.parse(stdout) as { differences: object; decisions: number }
  expect({ code, differences }).toEqual({ code: 0, differences: {} })
  expect(decisions).toBeGreaterThan(CALLS * 0.9)
}, 120_000)
