import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Client, type Answer } from './client.ts'
import { holdWriteLock } from './neighbour.ts'
import { launchService, startService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const STORE_TIMEOUT_MS = 300
const TIME_LIMIT = ['--store-timeout-ms', String(STORE_TIMEOUT_MS)]
/** How much longer than the store's time limit an answer may take, on a busy machine. */
const SLACK_MS = 2000
/** How long processes take to start, up to opening the store. */
const START_MS = 1500
/** How long a process may take to end after it was told to. */
const END_LIMIT_MS = 5000
const USERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']

describe.each([1, 2])(
  'while another process holds the write lock, a service of %i process(es)',
  (workers) => {
    it('says in time that it cannot decide, and recovers once the neighbour ends or is killed', async () => {
      const folder = temporaryFolder()
      const { url } = await startService({ folder, workers, flags: TIME_LIMIT })
      const client = new Client(url)
      for (const user of USERS) expect((await client.start(user, 'before')).status).toBe(201)
      const neighbour = await holdWriteLock(folder)

      const startedAtMs = performance.now()
      const refused = await Promise.all([
        ...USERS.map((user) => client.start(user, 'meanwhile')),
        ...USERS.map((user) => client.send('PUT', `/users/${user}/streams/before`)),
        client.stop('one', 'before'),
      ])
      expect(performance.now() - startedAtMs).toBeLessThan(STORE_TIMEOUT_MS + SLACK_MS)
      for (const answer of refused) expectUndecided(answer)
      expect((await client.get('/livez')).status).toBe(200)

      // Reads need no lock.
      expect((await client.get('/readyz')).status).toBe(200)
      expect(await client.list('two')).toEqual(['before'])

      await neighbour.release()
      for (const user of USERS) {
        expect([200, 201]).toContain((await client.start(user, 'meanwhile')).status)
        expect((await client.start(user, 'after')).status).toBe(201)
      }
      expect((await client.stop('one', 'before')).status).toBe(204)
      expect(await client.list('one')).toEqual(['meanwhile', 'after'])
      for (const user of USERS.slice(1)) {
        expect(await client.list(user)).toEqual(['before', 'meanwhile', 'after'])
        expect((await client.start(user, 'too-many')).status).toBe(409)
      }
    })

    it('drains and ends, though the store never carries out its calls', async () => {
      const folder = temporaryFolder()
      const service = await startService({ folder, workers, flags: [...TIME_LIMIT, '--drain-seconds', '0'] })
      await holdWriteLock(folder)
      expectUndecided(await new Client(service.url).start('user', 'meanwhile'))
      service.signal('SIGTERM')
      await service.exitWithin(END_LIMIT_MS)
    })

    it('ends on the second signal, and does not keep the lock', async () => {
      const folder = temporaryFolder()
      const service = await startService({
        folder,
        workers,
        flags: [...TIME_LIMIT, '--drain-seconds', '600'],
      })
      const neighbour = await holdWriteLock(folder)
      const client = new Client(service.url)
      const refused = await Promise.all(Array.from({ length: 8 }, () => client.start('user', 'meanwhile')))
      for (const answer of refused) expectUndecided(answer)
      service.signal('SIGTERM')
      await service.untilLogged('draining', workers)
      service.signal('SIGTERM')
      await service.exitWithin(END_LIMIT_MS)
      await neighbour.release()
      const next = new Client((await startService({ folder })).url)
      expect([200, 201]).toContain((await next.start('user', 'meanwhile')).status)
    })
  },
)

describe.each([1, 2])(
  'at its start, while another process holds the lock, a service of %i process(es)',
  (workers) => {
    it('says what it waits for, and listens once it has it', async () => {
      const folder = temporaryFolder()
      const neighbour = await holdWriteLock(folder)
      const service = launchService({ folder, workers })
      await service.untilLogged('opening the store', workers)
      if (workers > 1)
        await service.untilLogged(
          'worker has not started yet, its store may be locked by another process',
          workers,
        )
      expect(service.logged('listening')).toEqual([])
      await neighbour.release()
      await service.untilLogged('listening', workers)
    })
  },
)

it('workers that wait for the lock at their start end when they are told to', async () => {
  const folder = temporaryFolder()
  await holdWriteLock(folder)
  const service = launchService({ folder, workers: 2 })
  await pause(START_MS)
  service.signal('SIGTERM')
  await service.exitWithin(END_LIMIT_MS)
})

function expectUndecided({ status, headers, body }: Answer): void {
  expect({ status, type: body.type }).toEqual({ status: 503, type: '/problems/store-unavailable' })
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
}
