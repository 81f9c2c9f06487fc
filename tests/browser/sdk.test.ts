/** `@streamgate/player` in Chromium, with the real service on another origin. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import { beforeAll, expect, it, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import { signalPages } from './chromium.ts'
import { describeInChromium } from './in-chromium.ts'
import {
  HEARTBEAT_MS,
  LEASE_MS,
  ONE_STREAM,
  QUIET_MS,
  SHORT_LEASE,
  Stage,
  TEST_MS,
  type Served,
} from './stage.ts'

type Options = { readonly browser?: Browser | BrowserContext; readonly streamId?: string }

const atEnd = atEndOfTests()

vi.setConfig({ testTimeout: TEST_MS, hookTimeout: TEST_MS })

describeInChromium('the SDK', (executablePath) => {
  let stage: Stage
  let shared: Served

  beforeAll(async () => {
    stage = await Stage.open(executablePath, atEnd)
    shared = await stage.serve(SHORT_LEASE, [], atEnd)
  })

  const open = async (served: Served, user: string, { browser, ...options }: Options = {}) => {
    const page = await stage.openPlayer('sdk', browser)
    const calls: Request[] = []
    page.on('request', (request) => {
      if (request.url().startsWith(served.service.url) && request.method() !== 'OPTIONS') calls.push(request)
    })
    const playing = { service: served.service.url, user, film: '/film.mp4', contentId: 'film', ...options }
    const { id } = await page.evaluate<{ id: string }>(`play(${JSON.stringify(playing)})`)
    if (id !== '') await page.waitForFunction('isPlaying()')
    return { page, calls, id }
  }

  it('holds its slot by heartbeats for its lease alone, frees it when it is stopped, and is silent then', async () => {
    const { page, calls } = await open(shared, 'stop')
    await pause(LEASE_MS + HEARTBEAT_MS)
    expect((await shared.client.start('stop', 'elsewhere')).status).toBe(409)
    const beat = calls.findLast((call) => call.method() === 'PUT')
    expect(beat?.headers()['if-match']).toMatch(/^".+"$/)
    await page.evaluate('document.querySelector("video").pause()')
    await page.evaluate('watch.stop()')
    expect(await shared.client.list('stop')).toEqual([])
    const count = calls.length
    await pause(QUIET_MS)
    expect(calls).toHaveLength(count)
    expect(calls.at(-1)?.method()).toBe('DELETE')
    expect(await page.evaluate('errors')).toEqual([])
  })

  it('pauses an evicted player, says who has the slot, and takes it back with one click', async () => {
    const { page, id } = await open(shared, 'evicted')
    const newcomer = { streamId: 'new', label: 'Kitchen TV', replaces: id }
    await shared.client.send('POST', '/users/evicted/streams', newcomer)
    await page.getByText('Playback moved to “Kitchen TV”.').waitFor()
    expect(await page.evaluate('isPlaying()')).toBe(false)
    await page.getByRole('button', { name: 'Watch here instead' }).click()
    await page.waitForFunction('isPlaying()')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await shared.client.list('evicted')).not.toContain('new')
  })

  it('shows a refused viewer the devices, and takes over by the keyboard', async () => {
    for (const [streamId, label] of Object.entries({ a: 'Living room TV', b: 'Phone' })) {
      await shared.client.send('POST', '/users/full/streams', { streamId, label })
    }
    const { page } = await open(shared, 'full')
    const radio = page.getByRole('radio', { name: /Living room TV/ })
    await radio.waitFor()
    expect(await page.evaluate('isPlaying()')).toBe(false)
    expect(await radio.isChecked()).toBe(true)
    await page.keyboard.press('Enter')
    await page.waitForFunction('isPlaying()')
    expect(await page.evaluate('told.map(({ name }) => name)')).toEqual(['denied', 'admitted'])
  })

  it('frees its slot when its page is left, and starts again if the page comes back', async () => {
    const { page, id } = await open(shared, 'left')
    await page.goto(stage.otherPage)
    const leftAtMs = performance.now()
    while ((await shared.client.list('left')).length > 0) await pause(20)
    expect(performance.now() - leftAtMs, 'long before its lease ends').toBeLessThan(LEASE_MS - HEARTBEAT_MS)
    await page.goBack({ waitUntil: 'commit' })
    while ((await shared.client.list('left')).length === 0) await pause(20)
    // A page that was loaded again would have been told nothing.
    await page.waitForFunction('told.map(({ name }) => name).join() === "admitted,admitted"')
    expect(await shared.client.list('left')).not.toContain(id)
  })

  it('lets the newest of two tabs with one stream play, and tells the other at once', async () => {
    const served = await stage.serve({ leaseSeconds: 1800, heartbeatSeconds: 600, plans: ONE_STREAM })
    const context = await (await stage.ownBrowser()).newContext()
    const options = { streamId: 'match' }
    const first = await open(served, 'tabs', { ...options, browser: context })
    const second = await open(served, 'tabs', { ...options, browser: context })
    expect(second.id).toBe(first.id)
    await first.page.getByText('Something else is playing on this device').waitFor()
    expect(await first.page.evaluate('isPlaying()')).toBe(false)
    await first.page.close()
    await pause(500)
    expect(await served.client.list('tabs')).toEqual([second.id])
    expect(await second.page.evaluate('isPlaying()')).toBe(true)
    await second.page.close()
    while ((await served.client.list('tabs')).length > 0) await pause(20)
  })

  it('tells a tab at once that a newer tab of its device has ended it', async () => {
    const served = await stage.serve({ leaseSeconds: 1800, heartbeatSeconds: 600, plans: ONE_STREAM })
    const context = await (await stage.ownBrowser()).newContext()
    const first = await open(served, 'newer', { browser: context })
    await pause(1000)
    const second = await open(served, 'newer', { browser: context })
    await first.page.getByText('Something else is playing on this device').waitFor()
    expect(await served.client.list('newer')).toEqual([second.id])
  })

  it('asks as soon as it wakes from a sleep past its lease, and names who has the slot', async () => {
    const own = await stage.ownBrowser()
    const { page, calls } = await open(shared, 'asleep', { browser: own })
    await signalPages(own, 'SIGSTOP')
    const inTheKitchen = { streamId: 'other', label: 'Kitchen TV' }
    while ((await shared.client.send('POST', '/users/asleep/streams', inTheKitchen)).status !== 201)
      await pause(50)
    await signalPages(own, 'SIGCONT')
    await page.getByRole('radio', { name: /Kitchen TV/ }).waitFor()
    expect(await page.evaluate('told.at(-1)')).toEqual({ name: 'lost', why: 'denied' })
    const count = calls.length
    await pause(QUIET_MS)
    expect(calls).toHaveLength(count)
    await page.getByRole('button', { name: 'Watch here instead' }).click()
    await page.waitForFunction('isPlaying()')
  })

  it('plays on without a network, and asks as soon as it is back', async () => {
    const served = await stage.serve({ leaseSeconds: 60, heartbeatSeconds: 1, plans: ONE_STREAM })
    const { page } = await open(served, 'offline')
    await page.context().setOffline(true)
    await page.waitForFunction('told.at(-1).name === "degraded"')
    await pause(5 * HEARTBEAT_MS)
    const backAtMs = performance.now()
    await page.context().setOffline(false)
    await page.waitForFunction('told.at(-1).name === "recovered"')
    expect(performance.now() - backAtMs).toBeLessThan(500)
    expect(await page.evaluate('told.map(({ name }) => name)')).toEqual(['admitted', 'degraded', 'recovered'])
    expect(await page.evaluate('errors')).toEqual([])
  })

  it('starts once in the strict mode of React, and stops with its component', async () => {
    const page = await stage.openPlayer('sdk-react')
    const calls = callsOf(page, shared)
    const options = JSON.stringify({
      service: shared.service.url,
      user: 'react',
      attributes: { profile: 'kids' },
    })
    await page.evaluate(`draw(${options})`)
    await page.getByText('watching').waitFor()
    await page.evaluate(`draw(${options})`)
    await pause(2 * HEARTBEAT_MS)
    expect(calls.filter((method) => method !== 'PUT')).toEqual(['POST'])
    await page.evaluate(`draw(${options}, false)`)
    await page.getByText('idle').waitFor()
    while ((await shared.client.list('react')).length > 0) await pause(20)
    await page.evaluate(`draw(${options}, true)`)
    await page.getByText('watching').waitFor()
    await page.evaluate('draw()')
    while ((await shared.client.list('react')).length > 0) await pause(20)
    expect(calls.filter((method) => method !== 'PUT')).toEqual(['POST', 'DELETE', 'POST', 'DELETE'])
  })
})

function callsOf(page: Page, { service }: Served): readonly string[] {
  const methods: string[] = []
  page.on('request', (request) => {
    if (request.url().startsWith(service.url) && request.method() !== 'OPTIONS')
      methods.push(request.method())
  })
  return methods
}
