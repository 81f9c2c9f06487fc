/**
 * A viewer's browser: Chromium, with a player that is only configured, on a site of another origin.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from '../e2e/client.ts'
import { startService, type RunningService } from '../e2e/running-service.ts'
import { killPages, launchChromium } from './chromium.ts'
import { documentedCode } from './documented-code.ts'
import { playlistOf, recordFilm } from './film.ts'
import { describeInChromium } from './in-chromium.ts'
import { Site } from './site.ts'

const LEASE_MS = 3000
const HEARTBEAT_MS = 1000
const POLICY = {
  leaseSeconds: LEASE_MS / 1000,
  heartbeatSeconds: HEARTBEAT_MS / 1000,
  plans: { solo: { limits: [{ max: 1 }] } },
}
/** How late an event of a busy machine may come. */
const LATE_MS = 1500
const FILM_SECONDS = 2

const times: string[] = []
const endings: (() => void | Promise<void>)[] = []
const atEnd = (ending: () => void | Promise<void>) => void endings.push(ending)

describeInChromium('a viewer in Chromium', describeViewer)

function describeViewer(path: string): void {
  let site: Site
  let service: RunningService
  let client: Client
  let browser: Browser

  beforeAll(async () => {
    site = await Site.open()
    atEnd(() => site.close())
    const folder = temporaryFolder(atEnd)
    const policy = join(folder, 'policy.json')
    writeFileSync(policy, JSON.stringify(POLICY))
    const flags = ['--policy', policy, '--cors-origins', site.origin]
    service = await startService({ folder, flags }, atEnd)
    client = new Client(service.url)
    browser = await launchChromium(path)
    atEnd(() => browser.close())
    await furnish(site, browser)
  }, 60_000)
  afterAll(async () => {
    for (const ending of endings.toReversed()) await ending()
    process.stdout.write(`Time until a place was free, lease ${LEASE_MS} ms:\n${times.join('')}`)
  })

  const open = async (owner: Browser = browser): Promise<Page> => {
    const page = await owner.newPage()
    await page.goto(`${site.origin}/player.html`)
    await page.waitForFunction('"play" in window')
    return page
  }
  /** Starts a stream for a user, under the user's own name, as a viewer of this film would. */
  const play = (page: Page, user: string, film: string): Promise<unknown> =>
    page.evaluate(`play(${JSON.stringify({ service: service.url, user, streamId: user, film })})`)
  const startElsewhere = async (user: string) => (await client.start(user, 'elsewhere')).status
  /** Asks for the place of another stream until it is given; the time since `sinceMs` is noted. */
  const untilFree = async (user: string, cause: string, sinceMs: number): Promise<number> => {
    while ((await startElsewhere(user)) !== 201) await pause(2)
    const tookMs = performance.now() - sinceMs
    times.push(`  ${tookMs.toFixed(0).padStart(5)} ms  ${cause}\n`)
    return tookMs
  }
  const metric = async (pattern: RegExp): Promise<number> =>
    Number(pattern.exec((await client.get('/metrics')).text)?.[1] ?? 0)
  const preflights = () =>
    metric(/^streamgate_http_request_duration_seconds_count\{.*route="unknown",status="204".*\} (\d+)/m)
  const stops = () => metric(/^streamgate_decisions_total\{verb="stop",outcome="stopped"\} (\d+)/m)
  const reports = () =>
    metric(/^streamgate_http_request_duration_seconds_count\{.*route="[^"]*cmcd",status="204".*\} (\d+)/m)

  it('holds its place by the reports of hls.js alone, and loses it at the end of its lease when the tab is killed', async () => {
    const own = await launchChromium(path)
    onTestFinished(() => own.close())
    const page = await open(own)
    const unasked = await preflights()
    expect(await play(page, 'long', '/film/long.m3u8')).toMatchObject({ id: 'long', heartbeatSeconds: 1 })
    await page.waitForFunction('isPlaying()')
    const before = { preflights: await preflights(), reports: await reports() }
    expect(before.preflights, 'asked for a start, and for a report').toBeGreaterThanOrEqual(unasked + 2)
    const endsAtMs = performance.now() + 3 * LEASE_MS
    while (performance.now() < endsAtMs) {
      expect(await startElsewhere('long')).toBe(409)
      await pause(100)
    }
    expect(await page.evaluate('isPlaying()')).toBe(true)
    expect((await reports()) - before.reports).toBeGreaterThanOrEqual((3 * LEASE_MS) / HEARTBEAT_MS - 1)
    expect(await preflights(), 'asked no more').toBe(before.preflights)

    const killedAtMs = performance.now()
    await killPages(own)
    const tookMs = await untilFree('long', 'after the tab was killed', killedAtMs)
    expect(tookMs).toBeGreaterThan(LEASE_MS - HEARTBEAT_MS - LATE_MS)
    expect(tookMs).toBeLessThan(LEASE_MS + LATE_MS)
  }, 60_000)

  it('is free at once when the film is over, though the page stays', async () => {
    const page = await open()
    await play(page, 'over', '/film/short.m3u8')
    expect(await startElsewhere('over')).toBe(409)
    const before = await stops()
    await page.waitForFunction('isOver()')
    expect(await untilFree('over', 'after the film was over', performance.now())).toBeLessThan(LATE_MS)
    expect((await stops()) - before).toBe(1)
    await page.close()
  }, 60_000)

  it('is free at once when its page is left', async () => {
    const page = await open()
    await play(page, 'left', '/film/long.m3u8')
    await page.waitForFunction('isPlaying()')
    const before = await preflights()
    const leftAtMs = performance.now()
    const leaving = page.goto('about:blank')
    expect(await untilFree('left', 'after the page was left', leftAtMs)).toBeLessThan(LATE_MS)
    await leaving
    expect(await preflights(), 'a beacon asks nobody').toBe(before)
    await page.close()
  }, 60_000)

  it('learns that another stream took its place, and reports no more', async () => {
    const page = await open()
    await play(page, 'evicted', '/film/long.m3u8')
    await page.waitForFunction('isPlaying()')
    await client.send('POST', '/users/evicted/streams', { streamId: 'new', replaces: 'evicted' })
    await page.waitForFunction('losses > 0')
    expect(await client.list('evicted')).toEqual(['new'])
    await pause(3 * HEARTBEAT_MS)
    expect(await page.evaluate('losses')).toBe(1)
    expect(await page.evaluate('isPlaying()')).toBe(true)
    await page.close()
  }, 60_000)

  it('is free at once when the stream has finished for everybody, and its player reports no more', async () => {
    const page = await open()
    await play(page, 'finished', '/film/long.m3u8')
    await page.waitForFunction('isPlaying()')
    const finishedAtMs = performance.now()
    await client.send('POST', '/streams/finished/finish')
    expect(await untilFree('finished', 'after a finish', finishedAtMs)).toBeLessThan(LATE_MS)
    await page.waitForFunction('losses > 0')
    await page.close()
  }, 60_000)

  it('is free at once when it is stopped', async () => {
    await client.start('stopped', 'stopped')
    const stoppedAtMs = performance.now()
    await client.stop('stopped', 'stopped')
    expect(await untilFree('stopped', 'after a stop', stoppedAtMs)).toBeLessThan(LATE_MS)
  })

  it('gets no answer on a site that is not named', async () => {
    const stranger = await Site.open()
    onTestFinished(() => stranger.close())
    stranger.add('/page.html', '<!doctype html><title>Elsewhere</title>')
    const page = await browser.newPage()
    await page.goto(`${stranger.origin}/page.html`)
    const url = `${service.url}/users/stranger/streams`
    const asked = `fetch(${JSON.stringify(url)}).then(() => 'answered', ({ name }) => name)`
    expect(await page.evaluate(asked)).toBe('TypeError')
    await page.close()
  })
}

/** Puts the player, its code from the documentation, and a film into the site. */
async function furnish(site: Site, browser: Browser): Promise<void> {
  site.addFile('/player.html', 'player.html')
  site.addFile('/hls.mjs', '../../node_modules/hls.js/dist/hls.mjs')
  site.add('/watch.js', documentedCode('docs/players.md', '// watch.js'))
  const film = await recordFilm(site, browser, FILM_SECONDS)
  const fragmentSeconds = FILM_SECONDS / film.fragments.length
  site.add('/film/start.mp4', film.start)
  film.fragments.forEach((bytes, index) => site.add(`/film/fragment-${index}.m4s`, bytes))
  site.add('/film/short.m3u8', playlistOf(film, 1, fragmentSeconds))
  site.add('/film/long.m3u8', playlistOf(film, 60, fragmentSeconds))
}
