/**
 * A viewer's browser: Chromium, with a player that is only configured, on a site of another origin.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import { killPages } from './chromium.ts'
import { describeInChromium } from './in-chromium.ts'
import { Site } from './site.ts'
import { Stage, TEST_MS, type Served } from './stage.ts'

const LEASE_MS = 3000
const HEARTBEAT_MS = 1000
const POLICY = {
  leaseSeconds: LEASE_MS / 1000,
  heartbeatSeconds: HEARTBEAT_MS / 1000,
  plans: { solo: { limits: [{ max: 1 }] } },
}
/** How late an event may come on a busy machine. */
const LATE_MS = 1500

const times: string[] = []
const atEnd = atEndOfTests()

vi.setConfig({ testTimeout: TEST_MS, hookTimeout: TEST_MS })

describeInChromium('a viewer in Chromium', (executablePath) => {
  let stage: Stage
  let served: Served

  beforeAll(async () => {
    stage = await Stage.open(executablePath, atEnd)
    served = await stage.serve(POLICY, [], atEnd)
  })
  afterAll(async () => {
    process.stdout.write(`Time until a slot was free, lease ${LEASE_MS} ms:\n${times.join('')}`)
  })

  const startElsewhere = async (user: string) => (await served.client.start(user, 'elsewhere')).status
  /** Asks for the slot of another stream until it is granted. Notes the time since `sinceMs`. */
  const untilFree = async (user: string, cause: string, sinceMs: number): Promise<number> => {
    while ((await startElsewhere(user)) !== 201) await pause(2)
    const tookMs = performance.now() - sinceMs
    times.push(`  ${tookMs.toFixed(0).padStart(5)} ms  ${cause}\n`)
    return tookMs
  }
  const metric = async (pattern: RegExp): Promise<number> =>
    Number(pattern.exec((await served.client.get('/metrics')).text)?.[1] ?? 0)
  const preflights = () =>
    metric(/^streamgate_http_request_duration_seconds_count\{.*route="unknown",status="204".*\} (\d+)/m)
  const stops = () => metric(/^streamgate_decisions_total\{verb="stop",outcome="stopped"\} (\d+)/m)
  const reports = () =>
    metric(/^streamgate_http_request_duration_seconds_count\{.*route="[^"]*cmcd",status="204".*\} (\d+)/m)

  it('holds its slot by the reports of hls.js alone, and loses it at the end of its lease when the tab is killed', async () => {
    const own = await stage.ownBrowser()
    const page = await stage.openPlayer('player', own)
    const unasked = await preflights()
    await stage.play(page, served, { user: 'long', film: 'long.m3u8' })
    // Reports that overlap the first preflight each send their own.
    await pause(HEARTBEAT_MS)
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
  })

  it('is free at once when the film is over, though the page stays', async () => {
    const page = await stage.openPlayer('player')
    await stage.play(page, served, { user: 'over', film: 'short.m3u8' })
    expect(await startElsewhere('over')).toBe(409)
    const before = await stops()
    await page.waitForFunction('isOver()')
    expect(await untilFree('over', 'after the film was over', performance.now())).toBeLessThan(LATE_MS)
    expect((await stops()) - before).toBe(1)
  })

  it('needs a slot again when the film is played again after its end', async () => {
    const page = await stage.openPlayer('player')
    const id = await stage.play(page, served, { user: 'again', film: 'short.m3u8' })
    await page.waitForFunction('isOver()')
    while ((await served.client.list('again')).length > 0) await pause(5)
    await page.evaluate('replay()')
    while ((await served.client.list('again')).length === 0) await pause(5)
    expect(await served.client.list('again')).toEqual([id])

    await page.waitForFunction('isOver()')
    await untilFree('again', 'after the film was over again', performance.now())
    await page.evaluate('replay()')
    await page.waitForFunction('losses.length > 0')
    expect(await page.evaluate('losses')).toMatchObject([
      { type: '/problems/stream-limit-reached', streams: [{ id: 'elsewhere' }] },
    ])
    expect(await page.evaluate('isPlaying()')).toBe(false)
  })

  it('is free at once when its page is left', async () => {
    const page = await stage.openPlayer('player')
    await stage.play(page, served, { user: 'left', film: 'long.m3u8' })
    const before = await preflights()
    const leftAtMs = performance.now()
    const leaving = page.goto('about:blank')
    expect(await untilFree('left', 'after the page was left', leftAtMs)).toBeLessThan(LATE_MS)
    await leaving
    expect(await preflights(), 'a beacon needs no preflight').toBe(before)
  })

  it('learns that another stream took its slot, and reports no more', async () => {
    const page = await stage.openPlayer('player')
    const id = await stage.play(page, served, { user: 'evicted', film: 'long.m3u8' })
    await served.client.send('POST', '/users/evicted/streams', { streamId: 'new', replaces: id })
    await page.waitForFunction('losses.length > 0')
    expect(await served.client.list('evicted')).toEqual(['new'])
    await pause(3 * HEARTBEAT_MS)
    expect(await page.evaluate('losses')).toMatchObject([
      { type: '/problems/stream-evicted', by: { id: 'new' } },
    ])
    expect(await page.evaluate('isPlaying()')).toBe(false)
  })

  it('is free at once when the stream has finished for all viewers, and its player reports no more', async () => {
    const page = await stage.openPlayer('player')
    const id = await stage.play(page, served, { user: 'finished', film: 'long.m3u8' })
    const finishedAtMs = performance.now()
    await served.client.send('POST', `/streams/${id}/finish`)
    expect(await untilFree('finished', 'after a finish', finishedAtMs)).toBeLessThan(LATE_MS)
    await page.waitForFunction('losses.length > 0')
  })

  it('reports only changes of its state if the service wants no heartbeats', async () => {
    const patient = await stage.serve({ leaseSeconds: null, plans: { solo: { limits: [{ max: 1 }] } } })
    const page = await stage.openPlayer('player')
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/cmcd')) sent.push(request.postData() ?? '')
    })
    await stage.play(page, patient, { user: 'patient', film: 'long.m3u8' })
    await pause(3 * HEARTBEAT_MS)
    expect(sent.length).toBeGreaterThan(0)
    for (const report of sent) expect(report).toMatch(/\be=ps\b/)
  })

  it('keeps two tabs of one film apart', async () => {
    const roomy = await stage.serve({ ...POLICY, plans: { two: { limits: [{ max: 2 }] } } })
    const [one, other] = [await stage.openPlayer('player'), await stage.openPlayer('player')]
    await stage.play(one, roomy, { user: 'tabs', film: 'long.m3u8' })
    const id = await stage.play(other, roomy, { user: 'tabs', film: 'long.m3u8' })
    expect(await roomy.client.list('tabs')).toHaveLength(2)
    await one.goto('about:blank')
    while ((await roomy.client.list('tabs')).length > 1) await pause(20)
    await pause(2 * HEARTBEAT_MS)
    expect(await roomy.client.list('tabs')).toEqual([id])
    expect(await other.evaluate('isPlaying()')).toBe(true)
    expect(await other.evaluate('losses')).toEqual([])
  })

  it('is free at once when it is stopped', async () => {
    await served.client.start('stopped', 'stopped')
    const stoppedAtMs = performance.now()
    await served.client.stop('stopped', 'stopped')
    expect(await untilFree('stopped', 'after a stop', stoppedAtMs)).toBeLessThan(LATE_MS)
  })

  it('gets no answer on a site that is not allowed', async () => {
    const stranger = await Site.open()
    onTestFinished(() => stranger.close())
    stranger.add('/page.html', '<!doctype html><title>Elsewhere</title>')
    const page = await stage.emptyPage()
    await page.goto(`${stranger.origin}/page.html`)
    const url = `${served.service.url}/users/stranger/streams`
    const asked = `fetch(${JSON.stringify(url)}).then(() => 'answered', ({ name }) => name)`
    expect(await page.evaluate(asked)).toBe('TypeError')
  })
})
