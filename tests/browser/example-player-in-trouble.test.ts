/** `examples/player.js` in Chromium, while the real service cannot answer or the device sleeps. */
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, expect, it, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import type { Client } from '../e2e/client.ts'
import { holdWriteLock } from '../e2e/neighbour.ts'
import { startService } from '../e2e/running-service.ts'
import { signalPages } from './chromium.ts'
import { describeInChromium } from './in-chromium.ts'
import { isAnswered, type PageCall } from './player-page.ts'
import { IMPATIENT, ONE_STREAM, Stage, QUIET_MS, SHORT_LEASE, TEST_MS } from './stage.ts'

/** The values in `examples/player.js` and in the service. */
const ATTEMPTS_MAX = 5
const BACK_OFF_MS = 500
const RETRY_AFTER_MS = 1000
/** How late a call is noticed outside the browser. */
const IMPRECISION_MS = 100

const atEnd = atEndOfTests()

vi.setConfig({ testTimeout: TEST_MS, hookTimeout: TEST_MS })

describeInChromium('examples/player.js in trouble', (executablePath) => {
  let stage: Stage

  beforeAll(async () => {
    stage = await Stage.open(executablePath, atEnd)
  })

  it('gives a start up after five attempts, with back-off, jitter and the wait that the service asks for', async () => {
    const served = await stage.serve(SHORT_LEASE, IMPATIENT)
    const [early, late] = [await stage.open(served), await stage.open(served)]
    await early.page.evaluate('Math.random = () => 0')
    await late.page.evaluate('Math.random = () => 0.99')
    const neighbour = await holdWriteLock(served.folder)
    await early.play({ user: 'busy' })
    await late.play({ user: 'occupied' })
    expect(await late.untilStarted()).toBe(false)
    for (const page of [early, late]) {
      expect(await page.page.evaluate('problems')).toMatchObject([
        { status: 503, type: '/problems/store-unavailable' },
      ])
      expect(page.calls).toHaveLength(ATTEMPTS_MAX)
      expect(new Set(page.calls.map(({ body }) => body['streamId'])).size).toBe(1)
    }
    const least = [1, 2, 4, 8].map((factor) => RETRY_AFTER_MS + (factor * BACK_OFF_MS) / 2)
    const gaps = gapsOf(early.calls).map((gapMs, index) => gapMs - (least[index] ?? 0))
    expect(Math.min(...gaps), 'as seen from outside the browser').toBeGreaterThan(-IMPRECISION_MS)
    expect(sum(gapsOf(late.calls)) - sum(gapsOf(early.calls)), 'jitter').toBeGreaterThan(
      (15 * BACK_OFF_MS) / 4,
    )

    await pause(QUIET_MS)
    expect(early.calls).toHaveLength(ATTEMPTS_MAX)
    await neighbour.release()
    await early.page.evaluate('void start()')
    expect(await early.untilStarted(2)).toBe(true)
    const id = early.calls[0]?.body['streamId']
    expect(await served.client.list('busy'), 'the same stream: it may have taken its slot').toEqual([id])
  })

  it('starts once a service that could not answer can', async () => {
    const served = await stage.serve(SHORT_LEASE, IMPATIENT)
    const neighbour = await holdWriteLock(served.folder)
    const page = await stage.open(served)
    await page.play({ user: 'patient' })
    while (!page.calls.some(isAnswered)) await pause(20)
    await neighbour.release()
    expect(await page.untilStarted()).toBe(true)
    expect(await served.client.list('patient')).toHaveLength(1)
    expect(await page.page.evaluate('problems')).toEqual([])
  })

  it('waits and calls again if it is told that there are too many calls', async () => {
    const served = await stage.serve(SHORT_LEASE, ['--in-flight-max', '1', '--store-timeout-ms', '3000'])
    const page = await stage.watch(served, 'throttled')
    const other = await stage.open(served)
    await page.untilHeartbeats(1)
    const neighbour = await holdWriteLock(served.folder)
    const free = keepBusy(served.client)
    await other.play({ user: 'other' })
    while (![page, other].every(({ calls }) => calls.some(({ status }) => status === 429))) await pause(20)
    await Promise.all([free(), neighbour.release()])
    expect(await other.untilStarted()).toBe(true)
    expect(await served.client.list('other')).toHaveLength(1)
    await page.untilHeartbeats(page.sent('heartbeat').length + 1)
    for (const { calls } of [page, other]) {
      const throttled = calls.findIndex(({ status }) => status === 429)
      expect(gapsOf(calls)[throttled]).toBeGreaterThan(RETRY_AFTER_MS)
    }
    expect(await page.isPlaying()).toBe(true)
    expect(await page.page.evaluate('problems')).toEqual([])
  })

  it('keeps playing and calling while the service cannot be reached', async () => {
    const served = await stage.serve(SHORT_LEASE)
    const page = await stage.watch(served, 'cut')
    await page.untilHeartbeats(1)
    await served.service.killAll()
    const before = page.sent('heartbeat').length
    while (page.sent('heartbeat').length < before + 2) await pause(20)
    const { port } = new URL(served.service.url)
    await startService({ folder: served.folder, flags: [...served.flags, '--port', port] })
    await page.untilHeartbeats(page.sent('heartbeat').filter(isAnswered).length + 2)
    expect(await page.isPlaying()).toBe(true)
    expect(await page.page.evaluate('problems')).toEqual([])
    expect(await served.client.list('cut')).toHaveLength(1)
  })

  it('asks as soon as it wakes from a sleep past its lease, and stops if its slot was taken', async () => {
    const served = await stage.serve(SHORT_LEASE)
    const own = await stage.ownBrowser()
    const page = await stage.watch(served, 'asleep', own)
    await signalPages(own, 'SIGSTOP')
    const inTheKitchen = { streamId: 'other', label: 'Kitchen TV' }
    while ((await served.client.send('POST', '/users/asleep/streams', inTheKitchen)).status !== 201) {
      await pause(50)
    }
    const before = page.sent('heartbeat').length
    await signalPages(own, 'SIGCONT')
    const problem = await page.untilEnded()
    expect(problem).toMatchObject({ status: 409, type: '/problems/stream-limit-reached' })
    expect(problem.streams).toMatchObject([{ id: 'other', label: 'Kitchen TV' }])
    expect(page.sent('heartbeat')).toHaveLength(before + 1)
    expect(await page.isPlaying()).toBe(false)
    await pause(QUIET_MS)
    expect(page.sent('heartbeat')).toHaveLength(before + 1)
    expect(await served.client.list('asleep')).toEqual(['other'])

    await page.page.evaluate("void start({ replaces: 'other' })")
    expect(await page.untilStarted(2)).toBe(true)
    expect(await served.client.list('asleep')).toEqual([page.calls.at(-1)?.body['streamId']])
  })

  it('trusts the clock more than a timer that stood still with its device', async () => {
    const served = await stage.serve({ leaseSeconds: 1800, heartbeatSeconds: 600, plans: ONE_STREAM })
    const page = await stage.open(served)
    await page.page.clock.install()
    await page.play({ user: 'suspended' })
    expect(await page.untilStarted()).toBe(true)
    await pause(QUIET_MS)
    expect(page.sent('heartbeat')).toHaveLength(0)
    for (const hours of [2, -2]) {
      const before = page.sent('heartbeat').length
      await page.page.clock.setSystemTime(Date.now() + hours * 3_600_000)
      await page.untilHeartbeats(before + 1)
    }
  })
})

/** Keeps one call in flight from now until the returned function is called. */
function keepBusy(client: Client): () => Promise<void> {
  const state = { isOver: false }
  const calls = (async () => {
    while (!state.isOver) await client.start('somebody', 'else')
  })()
  return () => {
    state.isOver = true
    return calls
  }
}

/** The time from the answer of each call to the next call. */
function gapsOf(calls: readonly PageCall[]): number[] {
  return calls.slice(1).map(({ sentAtMs }, index) => sentAtMs - (calls[index]?.answeredAtMs ?? Number.NaN))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
