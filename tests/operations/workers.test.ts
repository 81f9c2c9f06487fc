import { expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from '../e2e/client.ts'
import { startService } from '../e2e/running-service.ts'

const PATIENCE_MS = 15_000
const SUMS = [
  /^streamgate_admissions_total\{outcome="admitted",plan="standard",rule=""\} (\d+)$/m,
  /^streamgate_admissions_total\{outcome="denied",plan="standard",rule="3 streams"\} (\d+)$/m,
  /^streamgate_store_conflicts_total\{verb="add"\} (\d+)$/m,
  /^streamgate_live_leases (-?\d+)$/m,
]

it('what both workers counted stays in the sums when both have died, live leases too', async () => {
  const service = await startService({ folder: temporaryFolder(), workers: 2 })
  const sums = async () => {
    const { text } = await new Client(service.url).get('/metrics')
    return SUMS.map((sum) => Number(sum.exec(text)?.[1]))
  }
  const sumsAre = (expected: readonly number[]) =>
    vi.waitFor(async () => expect(await sums()).toEqual(expected), { timeout: PATIENCE_MS, interval: 50 })
  // A connection of its own for each user, so that both workers have some.
  for (let user = 0; user < 10; user += 1) {
    const client = new Client(service.url)
    for (const stream of ['a', 'b', 'c', 'd']) await client.start(`user-${user}`, stream)
    await client.stop(`user-${user}`, 'a')
  }
  await sumsAre([30, 10, 10, 20])
  for (const [index, worker] of service.workers.entries()) {
    service.killWorker(worker)
    await service.untilLogged('listening', 3 + index)
    await sumsAre([30, 10, 10, 20])
  }
  await new Client(service.url).stop('user-0', 'b')
  await sumsAre([30, 10, 10, 19])
}, 60_000)
