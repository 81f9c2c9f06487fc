/** `examples/player.js` in Chromium, with the real service, from its start to each of its ends. */
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, expect, it, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import { holdWriteLock } from '../e2e/neighbour.ts'
import { describeInChromium } from './in-chromium.ts'
import { isAnswered, type PlayerPage } from './player-page.ts'
import {
  HEARTBEAT_MS,
  IMPATIENT,
  LEASE_MS,
  ONE_STREAM,
  Stage,
  QUIET_MS,
  SHORT_LEASE,
  TEST_MS,
  type Served,
} from './stage.ts'

const atEnd = atEndOfTests()

vi.setConfig({ testTimeout: TEST_MS, hookTimeout: TEST_MS })

describeInChromium('examples/player.js', (executablePath) => {
  let stage: Stage
  let shared: Served

  beforeAll(async () => {
    stage = await Stage.open(executablePath, atEnd)
    shared = await stage.serve(SHORT_LEASE, [], atEnd)
  })

  it('holds its slot by heartbeats, frees it when it is stopped, and sends nothing after that', async () => {
    const page = await stage.watch(shared, 'stop')
    await pause(LEASE_MS + HEARTBEAT_MS)
    expect((await shared.client.start('stop', 'elsewhere')).status).toBe(409)
    await page.stop()
    const count = page.calls.length
    expect(await shared.client.list('stop')).toEqual([])
    await pause(QUIET_MS)
    expect(page.calls).toHaveLength(count)
    expect(page.sent('stop')).toHaveLength(1)
    expect(await page.page.evaluate('problems')).toEqual([])
  })

  it('sends no heartbeat at all if the service wants none', async () => {
    const page = await stage.watch(await stage.serve({ leaseSeconds: null, plans: ONE_STREAM }), 'null')
    await pause(QUIET_MS)
    expect(page.calls).toHaveLength(1)
    await page.stop()
    expect(page.calls.map(({ path }) => path.replace(/[\da-f-]{36}/, 'ID'))).toEqual([
      '/users/null/streams',
      '/users/null/streams/ID/stop',
    ])
  })

  it('stops and says which stream took its slot', async () => {
    const page = await stage.watch(shared, 'evicted')
    const [id] = await shared.client.list('evicted')
    const newcomer = { streamId: 'new', label: 'Kitchen TV', replaces: id }
    await shared.client.send('POST', '/users/evicted/streams', newcomer)
    expect(await page.untilEnded()).toMatchObject({
      status: 410,
      type: '/problems/stream-evicted',
      by: { id: 'new', label: 'Kitchen TV' },
    })
    await expectSilence(page)
  })

  it('stops and says why, if the stream has finished', async () => {
    const page = await stage.watch(shared, 'finished')
    const [id = ''] = await shared.client.list('finished')
    await shared.client.send('POST', `/streams/${id}/finish`)
    expect(await page.untilEnded()).toMatchObject({ status: 410, type: '/problems/stream-finished' })
    await expectSilence(page)
  })

  it('stops and says why, if an operator stopped it', async () => {
    const page = await stage.watch(shared, 'support')
    const [id = ''] = await shared.client.list('support')
    const reason = 'Your password was changed.'
    const why = `by=operator&reason=${encodeURIComponent(reason)}`
    expect((await shared.client.send('DELETE', `/users/support/streams/${id}?${why}`)).status).toBe(204)
    expect(await page.untilEnded()).toMatchObject({ status: 410, type: '/problems/stream-ended', reason })
    await expectSilence(page)
    expect(await shared.client.list('support')).toEqual([])
  })

  it('does not play, and names the holders, if the limit is reached', async () => {
    await shared.client.start('full', 'elsewhere')
    const page = await stage.open(shared)
    await page.play({ user: 'full' })
    expect(await page.untilStarted()).toBe(false)
    expect(await page.untilEnded()).toMatchObject({ status: 409, streams: [{ id: 'elsewhere' }] })
    await expectSilence(page)
    expect(page.calls, 'a refusal is no failure').toHaveLength(1)
  })

  it('frees the slot of a start that is stopped before its answer', async () => {
    const served = await stage.serve(SHORT_LEASE)
    const neighbour = await holdWriteLock(served.folder)
    const page = await stage.open(served)
    await page.play({ user: 'hasty' })
    while (page.calls.length === 0) await pause(5)
    const stopped = page.stop()
    await pause(HEARTBEAT_MS)
    expect(page.calls, 'the start is still under way').toHaveLength(1)
    await neighbour.release()
    await stopped
    expect(await page.untilStarted()).toBe(false)
    expect(await served.client.list('hasty')).toEqual([])
    await pause(QUIET_MS)
    expect(page.calls).toHaveLength(2)
    expect(await page.page.evaluate('problems')).toEqual([])
  })

  it('does not repeat a start that is stopped between two attempts', async () => {
    const served = await stage.serve(SHORT_LEASE, IMPATIENT)
    const neighbour = await holdWriteLock(served.folder)
    const page = await stage.open(served)
    await page.play({ user: 'changed' })
    while (!page.calls.some(isAnswered)) await pause(5)
    const stopped = page.stop()
    await neighbour.release()
    await stopped
    expect(page.sent('start')).toHaveLength(1)
    expect(await served.client.list('changed')).toEqual([])
    await pause(QUIET_MS)
    expect(page.sent('start')).toHaveLength(1)
  })

  it('frees its slot when its page is left, and starts again if the page comes back', async () => {
    const page = await stage.watch(shared, 'left')
    await page.page.goto(stage.otherPage)
    const leftAtMs = performance.now()
    while ((await shared.client.list('left')).length > 0) await pause(20)
    expect(performance.now() - leftAtMs, 'long before its lease ends').toBeLessThan(LEASE_MS - HEARTBEAT_MS)
    await page.page.goBack({ waitUntil: 'commit' })
    while ((await shared.client.list('left')).length === 0) await pause(20)
    expect(await page.page.evaluate('answers'), 'the page was not loaded again').toEqual([true])
    const [first, second] = page.sent('start')
    expect(second?.body['streamId']).not.toBe(first?.body['streamId'])
  })

  it('works as the README shows: plays, shows which streams hold the slots, and stops', async () => {
    const [page, other] = [await stage.open(shared), await stage.open(shared)]
    const names = JSON.stringify({ service: shared.service.url, user: 'reader' })
    await page.page.evaluate(`playAsReadme(${names})`)
    await page.page.waitForFunction('isPlaying()')
    await other.page.evaluate(`playAsReadme(${names})`)
    expect(await other.untilEnded()).toMatchObject({
      status: 409,
      streams: [{ contentId: 'film-7', label: 'Living room TV' }],
    })
    expect(await other.isPlaying()).toBe(false)
    await page.page.click('#closeButton')
    while ((await shared.client.list('reader')).length > 0) await pause(20)
    expect(page.sent('stop')).toHaveLength(1)
  })

  it('keeps two tabs of one film apart', async () => {
    const served = await stage.serve({ ...SHORT_LEASE, plans: { two: { limits: [{ max: 2 }] } } })
    const [one, other] = [await stage.watch(served, 'tabs'), await stage.watch(served, 'tabs')]
    expect(await served.client.list('tabs')).toHaveLength(2)
    await one.stop()
    await other.untilHeartbeats(other.sent('heartbeat').length + 2)
    expect(await other.isPlaying()).toBe(true)
    expect(await served.client.list('tabs')).toHaveLength(1)
  })
})

/** It does not play, it gave the reason once, and it sends nothing more. */
async function expectSilence(page: PlayerPage): Promise<void> {
  expect(await page.isPlaying()).toBe(false)
  const count = page.calls.length
  await pause(QUIET_MS)
  expect(page.calls).toHaveLength(count)
  expect(await page.page.evaluate('problems.length')).toBe(1)
}
