import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Client } from './client.ts'
import { Ledger } from './ledger.ts'
import { faultsOf, Load } from './load.ts'
import { startService, type RunningService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const LIMIT = 3
const ROUNDS = 8
/** Every second round runs with two workers. */
const WORKERS_BY_ROUND = [1, 2]

it('nothing acknowledged is lost by kill -9 under load, in eight rounds on one folder', async () => {
  const folder = temporaryFolder()
  const ledger = new Ledger(LIMIT)
  for (let round = 0; round < ROUNDS; round += 1) {
    const service = await openService(folder, WORKERS_BY_ROUND[round % WORKERS_BY_ROUND.length])
    expect(await faultsOf(new Client(service.url), ledger)).toEqual([])
    const load = new Load({ client: new Client(service.url), ledger, name: `round-${round}` })
    await load.untilAcknowledged(150 + 50 * round)
    await service.killAll()
    await load.end()
    expect(load.statuses).toEqual(new Set([201, 204, 409]))
  }
  const service = await openService(folder, 1)
  expect(await faultsOf(new Client(service.url), ledger)).toEqual([])
  expect(ledger.count('starting')).toBeGreaterThan(ROUNDS)
  expect(ledger.count('held')).toBeGreaterThan(ROUNDS)
  expect(ledger.count('stopped')).toBeGreaterThan(ROUNDS)
}, 60_000)

/** Uses leases that never expire, so that a slow machine loses none by the clock. */
function openService(folder: string, workers = 1): Promise<RunningService> {
  const policy = join(folder, 'policy.json')
  writeFileSync(policy, JSON.stringify({ leaseSeconds: null }))
  return startService({ folder, workers, flags: ['--policy', policy] })
}
