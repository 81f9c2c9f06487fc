import { describe, expect, it, vi } from 'vitest'
import { Client } from './client.ts'
import { Ledger } from './ledger.ts'
import { faultsOf, Load } from './load.ts'
import { holdWriteLock } from './neighbour.ts'
import { startService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const LIMIT = 3
const WORKERS = 2
/**
 * How often a worker is killed. More kills make it likelier that one dies while it holds the write
 * lock.
 */
const KILLS = 2
/** How long workers may take to end once their primary is gone. */
const END_LIMIT_MS = 5000
/** More of the longest lines than the pipe to their reader can hold. */
const LATE_LINES = 3000
const LONG_USER = encodeURIComponent('é'.repeat(128))
const LONG_ID = 'é'.repeat(60)

describe('two workers on one LMDB environment', () => {
  it('continue when one of them is killed, lose nothing acknowledged, and are two again', async () => {
    const service = await startService({ folder: temporaryFolder(), workers: WORKERS })
    const ledger = new Ledger(LIMIT)
    const load = new Load({ client: new Client(service.url), ledger, name: 'load' })
    for (let kills = 1; kills <= KILLS; kills += 1) {
      await load.untilAcknowledged(100)
      const [oldest = Number.NaN] = service.workers
      service.killWorker(oldest)
      await load.untilAcknowledged(100)
      await service.untilLogged('listening', WORKERS + kills)
    }
    await load.untilAcknowledged(100)
    await load.end()
    expect(load.statuses).toEqual(new Set([201, 204, 409]))
    expect(service.workers).toHaveLength(WORKERS)
    expect(await faultsOf(new Client(service.url), ledger)).toEqual([])
  }, 40_000)

  it('count their decisions together', async () => {
    const service = await startService({ folder: temporaryFolder(), workers: WORKERS })
    const client = new Client(service.url)
    const load = new Load({ client, ledger: new Ledger(LIMIT), name: 'load' })
    await load.untilAcknowledged(300)
    await load.end()
    // A process counts its decisions shortly after it has answered.
    await vi.waitFor(async () => expect(await decisionsCounted(client)).toBe(load.decided), { timeout: 3000 })
  })

  it('write complete lines into one log, however late it is read', async () => {
    const service = await startService({ folder: temporaryFolder(), workers: WORKERS })
    const client = new Client(service.url)
    service.pauseLog()
    await Promise.all(
      Array.from({ length: LATE_LINES }, (_, index) => client.start(LONG_USER, LONG_ID + index)),
    )
    service.resumeLog()
    await service.untilLogged('decision', LATE_LINES * 0.9)
    await vi.waitUntil(() => service.log.length + service.garbledLines.length >= LATE_LINES + WORKERS)
    expect(service.garbledLines).toHaveLength(0)
    const deciding = service.log.filter(({ msg }) => msg === 'decision')
    expect(new Set(deciding.map(({ pid }) => pid)).size).toBe(WORKERS)
  })

  it('end when their primary is killed in the middle of writes, and do not keep the lock', async () => {
    const folder = temporaryFolder()
    const ledger = new Ledger(LIMIT)
    const service = await startService({ folder, workers: WORKERS })
    const load = new Load({ client: new Client(service.url), ledger, name: 'load' })
    await load.untilAcknowledged(100)
    // While another process holds the lock, both workers are certainly in the middle of a write.
    const neighbour = await holdWriteLock(folder)
    service.signal('SIGKILL')
    await service.exitWithin(END_LIMIT_MS)
    await load.end()
    await neighbour.release()
    const client = new Client((await startService({ folder })).url)
    expect(await faultsOf(client, ledger)).toEqual([])
    expect((await client.start('newcomer', 'film')).status).toBe(201)
  })
})

/** All decisions in `/metrics`, whatever their outcomes. */
async function decisionsCounted(client: Client): Promise<number> {
  const { status, text } = await client.get('/metrics')
  expect(status).toBe(200)
  const samples = text.matchAll(/^streamgate_decisions_total\{[^}]*\} (\d+)/gm)
  return [...samples].reduce((sum, [, count]) => sum + Number(count), 0)
}
