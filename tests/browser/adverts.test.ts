/**
 * A film with an advert in Chromium. hls.js plays the advert with a separate player, which reports
 * under the `sid` of the film and under another `cid`.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import { describeInChromium } from './in-chromium.ts'
import { LEASE_MS, SHORT_LEASE, Stage, TEST_MS, type Served } from './stage.ts'

/** How late an event may come on a busy machine. */
const LATE_MS = 1500

/** The parts of a player's report that matter here. */
type Report = { readonly cid: string; readonly isEnd: boolean }

const atEnd = atEndOfTests()

vi.setConfig({ testTimeout: TEST_MS, hookTimeout: TEST_MS })

describeInChromium('a film with an advert', (executablePath) => {
  let stage: Stage
  let served: Served

  beforeAll(async () => {
    stage = await Stage.open(executablePath, atEnd)
    served = await stage.serve(SHORT_LEASE, [], atEnd)
  })

  it.each([
    { film: 'advert-inserted', isInPlace: false },
    { film: 'advert-in-place', isInPlace: true },
    { film: 'advert-before', isInPlace: false },
  ])('keeps its slot through the advert, and frees it at its own end: $film', async ({ film, isInPlace }) => {
    const page = await stage.openPlayer('player')
    const reports = reportsOf(page)
    const isOver = () => reports.some(({ cid, isEnd }) => cid === film && isEnd)
    const id = await stage.play(page, served, { user: film, film: `${film}.m3u8` })
    while (!isOver()) {
      const held = await served.client.list(film)
      if (!isOver()) expect(held).toEqual([id])
      await pause(20)
    }
    const overAtMs = performance.now()
    while ((await served.client.list(film)).length > 0) await pause(5)
    expect(performance.now() - overAtMs).toBeLessThan(LATE_MS)

    expect(await page.evaluate('adverts')).toEqual([{ isInPlace, isOver: true }])
    expect(await page.evaluate('losses')).toEqual([])
    const ofAdvert = reports.filter(({ cid }) => cid !== film)
    expect(ofAdvert.length, 'the advert was reported too').toBeGreaterThan(0)
    expect(ofAdvert.some(({ isEnd }) => isEnd)).toBe(!isInPlace)
  })

  it('frees its slot after an advert that follows its end', async () => {
    const page = await stage.openPlayer('player')
    const id = await stage.play(page, served, { user: 'after', film: 'advert-after.m3u8' })
    expect(await served.client.list('after')).toEqual([id])
    await page.waitForFunction('adverts.some(({ isOver }) => isOver)')
    while ((await served.client.list('after')).length > 0) await pause(20)
    await pause(LEASE_MS)
    expect(await served.client.list('after')).toEqual([])
    expect(await page.evaluate('losses')).toEqual([])
  })
})

/** Everything that the players of a page report from now on, in order. */
function reportsOf(page: Page): readonly Report[] {
  const reports: Report[] = []
  page.on('request', (request) => {
    if (!request.url().endsWith('/cmcd')) return
    for (const line of (request.postData() ?? '').trim().split('\n')) {
      const [, cid = ''] = /\bcid="([^"]*)"/.exec(line) ?? []
      reports.push({ cid, isEnd: /\bsta=e\b/.test(line) })
    }
  })
  return reports
}
