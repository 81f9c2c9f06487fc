/**
 * A service whose data file or lock file is taken away while it runs. An open file lives on without
 * its name. Without a check, the service would go on deciding with it, beside a process that opens
 * the new file.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { launchService, startService, type LogLine, type RunningService } from './running-service.ts'

/** No timer but the watch touches the file, so only the watch can notice. */
const QUIET = ['--finished-refresh-seconds', '3600', '--sweep-minutes', '0', '--drain-seconds', '0']
const PATIENCE_MS = 15_000
const CALLS = 20

/** Longer than the watch takes to see the size of the file. */
const LOOKED_AT_MS = 1000

const LOSSES: Readonly<Record<string, (folder: string) => void | Promise<void>>> = {
  'its folder is deleted': (folder) => rmSync(folder, { recursive: true }),
  'its folder is moved away': (folder) => renameSync(folder, `${folder}.away`),
  'another file is in its place': (folder) => {
    cpSync(folder, `${folder}.copy`, { recursive: true })
    rmSync(folder, { recursive: true })
    renameSync(`${folder}.copy`, folder)
  },
  'it is cut short': async (folder) => {
    await pause(LOOKED_AT_MS)
    truncateSync(join(folder, 'data.mdb'), 8192)
  },
  'its locks are deleted': (folder) => rmSync(join(folder, 'lock.mdb')),
  'other locks are in their place': (folder) => {
    copyFileSync(join(folder, 'lock.mdb'), join(folder, 'copy'))
    renameSync(join(folder, 'copy'), join(folder, 'lock.mdb'))
  },
}

describe.each([1, 2])('every call of a service of %i process(es) is 503 once', (workers) => {
  it.each(Object.entries(LOSSES))('%s', async (_name, lose) => {
    const { service, folder } = await serveIn(workers)
    await lose(folder)
    await untilNoticed(service, workers)
    // Each on its own connection, so that each worker gets some.
    for (let call = 0; call < CALLS; call += 1) {
      const client = new Client(service.url)
      const answers = await Promise.all([
        client.get('/readyz'),
        client.get('/users/viewer/streams'),
        client.start('viewer', `film-${call}`),
        client.send('PUT', '/users/viewer/streams/film'),
        client.stop('viewer', 'film'),
        client.send('DELETE', '/users/viewer'),
      ])
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
      expect((await client.get('/livez')).status).toBe(200)
    }
    service.signal('SIGTERM')
    expect(await service.exitWithin(PATIENCE_MS)).toEqual({ code: 0, signal: null })
  })

  it('its folder was moved away, and no longer once it is back', async () => {
    const { service, folder } = await serveIn(workers)
    renameSync(folder, `${folder}.away`)
    await untilNoticed(service, workers)
    expect((await new Client(service.url).get('/readyz')).status).toBe(503)
    renameSync(`${folder}.away`, folder)
    await vi.waitUntil(
      () => warningsOf(service).filter(({ msg }) => msg.endsWith('data.mdb is back')).length === workers,
      { timeout: PATIENCE_MS },
    )
    await vi.waitUntil(
      () => warningsOf(service).filter(({ msg }) => msg.endsWith('lock.mdb is back')).length === workers,
      { timeout: PATIENCE_MS },
    )
    expect(await new Client(service.url).list('viewer')).toEqual(['film'])
  })
})

it('a second service in the new folder decides alone', async () => {
  const { service, folder } = await serveIn(1)
  const first = new Client(service.url)
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
  const second = new Client((await startService({ folder, flags: QUIET })).url)
  await untilNoticed(service, 1)
  expect((await second.start('viewer', 'other')).status).toBe(201)
  expect((await first.start('viewer', 'another')).status).toBe(503)
})

it.runIf(process.platform === 'linux')(
  'a second service refuses data that the first one uses by locks that were deleted',
  async () => {
    const { service, folder } = await serveIn(1)
    rmSync(join(folder, 'lock.mdb'))
    const second = launchService({ folder, flags: QUIET })
    expect(await second.exitWithin(PATIENCE_MS)).toEqual({ code: 1, signal: null })
    expect(await second.stderr).toContain(
      `${folder}/lock.mdb was deleted or replaced while process ${service.pid} uses ${folder}/data.mdb`,
    )
    await untilNoticed(service, 1)
    expect((await new Client(service.url).start('viewer', 'another')).status).toBe(503)
  },
)

it('if a worker dies after the locks are gone, none makes other locks: the service ends and says why', async () => {
  const { service, folder } = await serveIn(2)
  rmSync(join(folder, 'lock.mdb'))
  service.killWorker(service.workers[0] ?? 0)
  expect(await service.exitWithin(PATIENCE_MS)).toEqual({ code: 1, signal: null })
  expect(await service.stderr).toContain(`lmdb:${folder} is no longer the store`)
})

it('if a worker opens a new folder while it starts, it serves nothing: the service ends and says why', async () => {
  const { service, folder } = await serveIn(2)
  const [first = 0, second = 0] = service.workers
  service.killWorker(first)
  await vi.waitUntil(() => childrenOf(service).some((pid) => pid !== first && pid !== second), {
    timeout: PATIENCE_MS,
    interval: 5,
  })
  // The new worker opens the store once the primary has sent the policy.
  service.signal('SIGSTOP')
  rmSync(folder, { recursive: true })
  service.signal('SIGCONT')
  expect(await service.exitWithin(PATIENCE_MS)).toEqual({ code: 1, signal: null })
  expect(await service.stderr).toContain(`lmdb:${folder} is no longer the store`)
  expect(service.logged('listening')).toHaveLength(2)
})

it('if a worker dies after the folder is gone, none starts on an empty store: the service ends and says why', async () => {
  const { service, folder } = await serveIn(2)
  rmSync(folder, { recursive: true })
  await untilNoticed(service, 2)
  service.killWorker(service.workers[0] ?? 0)
  expect(await service.exitWithin(PATIENCE_MS)).toEqual({ code: 1, signal: null })
  expect(await service.stderr).toContain(`lmdb:${folder} is no longer the store`)
})

/** A service with one viewer. Its working directory is not the folder that is taken away. */
async function serveIn(workers: number): Promise<{ service: RunningService; folder: string }> {
  const folder = join(temporaryFolder(), 'data')
  mkdirSync(folder)
  const service = await startService({ folder, workers, flags: QUIET })
  expect((await new Client(service.url).start('viewer', 'film')).status).toBe(201)
  return { service, folder }
}

async function untilNoticed(service: RunningService, workers: number): Promise<void> {
  const processes = () => new Set(warningsOf(service).map(({ pid }) => pid)).size
  await vi.waitUntil(() => processes() >= workers, { timeout: PATIENCE_MS })
}

function warningsOf(service: RunningService): readonly LogLine[] {
  return service.log.filter(({ level, msg }) => level === 'warn' && /(?:data|lock)\.mdb /.test(msg))
}

function childrenOf({ pid }: RunningService): readonly number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child = 0, parent]) => (parent === pid ? [child] : []))
}
