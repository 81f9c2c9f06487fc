import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { Client } from './client.ts'
import { startService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

/**
 * Lines of about 2 kB for each process. Together they are nearly twice what a process buffers for
 * its reader.
 */
const LINES = 7000
/** The longest ids, of characters that take six characters each in a log line. */
const LONG_USER = encodeURIComponent('é'.repeat(128))
const LONG_ID = 'é'.repeat(60)
/** Decisions once the log is read again: so many that every process makes one. */
const LATER_LINES = 200
const BATCH = 500
const PATIENCE_MS = 30_000
/** Far longer than the service takes to end, and far shorter than its reader would make it wait. */
const END_LIMIT_MS = 15_000

describe.each([1, 2])('while the log of a service of %i process(es) is not read', (workers) => {
  it('lines beyond 8 MB are dropped and counted, in its metrics and its log', async () => {
    const service = await startService({ folder: temporaryFolder(), workers })
    const client = new Client(service.url)
    service.pauseLog()
    await decide(client, LINES * workers)
    await vi.waitUntil(async () => (await dropped(client)) > LINES / 10, {
      timeout: PATIENCE_MS,
      interval: 200,
    })
    service.resumeLog()
    await pause(2000)
    await decide(client, LATER_LINES)
    const told = () => service.logged('log lines dropped').reduce((sum, { lines = 0 }) => sum + lines, 0)
    const isAllTold = async () =>
      told() === (await dropped(client)) &&
      service.logged('decision').length + told() === LINES * workers + LATER_LINES
    await vi.waitUntil(isAllTold, { timeout: PATIENCE_MS, interval: 200 })
    expect(service.garbledLines).toEqual([])
  }, 120_000)

  it('SIGTERM still ends it', async () => {
    const service = await startService({
      folder: temporaryFolder(),
      workers,
      flags: ['--drain-seconds', '0'],
    })
    service.pauseLog()
    await decide(new Client(service.url), LINES * workers)
    const exit = once(service.child, 'exit')
    service.signal('SIGTERM')
    const limit = pause(END_LIMIT_MS, 'it still runs', { ref: false })
    expect(await Promise.race([exit, limit])).toEqual([0, null])
  }, 120_000)
})

/** Makes so many decisions. Each one is a long line. */
async function decide(client: Client, count: number): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    const ids = Array.from({ length: Math.min(BATCH, count - first) }, (_, index) => `${LONG_ID}${index}`)
    const starts = ids.map((id) => ({ streamId: id, deviceId: id, contentId: id, replaces: LONG_ID }))
    await Promise.all(starts.map((start) => client.send('POST', `/users/${LONG_USER}/streams`, start)))
  }
}

/** How many lines `/metrics` says were dropped. */
async function dropped(client: Client): Promise<number> {
  const { text } = await client.get('/metrics')
  return Number(/^streamgate_log_lines_dropped_total (\d+)$/m.exec(text)?.[1])
}
