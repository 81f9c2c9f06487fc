import { describe, expect, it, vi } from 'vitest'
import { Client } from './client.ts'
import { startService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

/** The shortest refresh interval, and what a busy machine may add to it. */
const REFRESH = ['--finished-refresh-seconds', '1']
const PATIENCE_MS = 5000

describe('a stream that finishes in one process', () => {
  it('is finished in every other process on the same store, within the refresh interval and after a restart', async () => {
    const folder = temporaryFolder()
    const here = await startService({ folder, flags: REFRESH })
    const elsewhere = await startService({ folder, workers: 2, flags: REFRESH })
    const [first, second] = [new Client(here.url), new Client(elsewhere.url)]
    for (const streamId of ['a', 'b', 'game']) expect((await second.start('user', streamId)).status).toBe(201)

    expect((await first.send('POST', '/streams/game/finish')).status).toBe(204)
    expect((await first.send('PUT', '/users/user/streams/game')).status).toBe(410)
    const isKnown = async () => {
      // Several connections, so that both workers are asked.
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => new Client(elsewhere.url).send('PUT', '/users/user/streams/game')),
      )
      return answers.every(({ status }) => status === 410)
    }
    await vi.waitUntil(isKnown, { timeout: PATIENCE_MS, interval: 100 })
    expect((await second.start('user', 'c')).status).toBe(201)

    await Promise.all([here.killAll(), elsewhere.killAll()])
    const again = new Client((await startService({ folder, flags: REFRESH })).url)
    expect((await again.start('other', 'game')).status).toBe(410)
    expect(await again.list('user')).toEqual(['a', 'b', 'c'])
  })
})
