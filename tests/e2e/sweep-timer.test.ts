import { describe, expect, it, vi } from 'vitest'
import { populate } from '../../bench/lapsed-users.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { startService, type LogLine, type RunningService } from './running-service.ts'

/** Nine of ten of them left long ago. */
const USERS = 100
const GONE = 90
/** A sweep about every 0.6 s. */
const OFTEN = ['--sweep-minutes', '0.01']
const PATIENCE_MS = 15_000

describe('a service that sweeps', () => {
  it('sweeps in only one of its workers, and in another after that one died', async () => {
    const folder = temporaryFolder()
    await populate(folder, USERS)
    const service = await startService({ folder, workers: 2, flags: OFTEN })
    await service.untilLogged('swept', 3)
    const [sweeping = Number.NaN] = sweepers(service)
    expect(sweepers(service)).toEqual([sweeping])
    expect(service.logged('swept')[0]).toMatchObject({
      outcome: 'finished',
      usersSeen: USERS,
      usersRemoved: GONE,
    })
    const metrics = await metricsOf(service)
    expect(metrics).toMatch(new RegExp(`^streamgate_sweep_users_removed_total ${GONE}$`, 'm'))
    expect(metrics).toMatch(/^streamgate_sweep_last_finished_timestamp_seconds 1\d{9}/m)

    service.killWorker(sweeping)
    await vi.waitUntil(() => sweepers(service).length > 1, { timeout: PATIENCE_MS })
    const before = service.logged('swept').length
    await service.untilLogged('swept', before + 3)
    expect(sweepers(service)).toHaveLength(2)
    expect(new Set(pidsOf(service.logged('swept').slice(before))).size).toBe(1)
  }, 60_000)

  it('stops cleanly in the middle of a sweep', async () => {
    const folder = temporaryFolder()
    await populate(folder, USERS)
    const flags = [...OFTEN, '--sweep-rate', '1', '--drain-seconds', '0']
    const service = await startService({ folder, flags })
    await vi.waitUntil(
      async () => /^streamgate_sweep_users_seen_total [1-9]/m.test(await metricsOf(service)),
      {
        timeout: PATIENCE_MS,
      },
    )
    service.signal('SIGTERM')
    expect(await service.exitWithin(5000)).toEqual({ code: 0, signal: null })
    expect(service.logged('swept')).toMatchObject([{ outcome: 'interrupted' }])
    expect(service.logged('stopped')).toHaveLength(1)
  }, 40_000)

  it('sweeps its memory too, and does not if told not to', async () => {
    const sweeping = await startService({
      folder: temporaryFolder(),
      flags: [...OFTEN, '--store', 'memory:'],
    })
    await sweeping.untilLogged('swept')
    const idle = await startService({ folder: temporaryFolder(), flags: ['--sweep-minutes', '0'] })
    expect(await metricsOf(idle)).toContain('streamgate_http_request_duration_seconds')
    expect(idle.logged('swept')).toEqual([])
  })
})

/** The processes that swept, each once. */
function sweepers(service: RunningService): readonly number[] {
  return [...new Set(pidsOf(service.logged('swept')))]
}

function pidsOf(lines: readonly LogLine[]): number[] {
  return lines.map(({ pid }) => pid)
}

async function metricsOf(service: RunningService): Promise<string> {
  return (await new Client(service.url).get('/metrics')).text
}
