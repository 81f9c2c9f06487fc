/** Shaka Player and dash.js in Chromium, configured by the code in `docs/players.md`. */
import { setTimeout as pause } from 'node:timers/promises'
import { parseSync } from 'oxc-parser'
import { beforeAll, expect, it, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { describeInChromium } from './in-chromium.ts'
import { hasOtherPlayers, OTHER_PLAYERS, otherPlayersModule } from './other-players.ts'
import { LEASE_MS, ONE_STREAM, QUIET_MS, SHORT_LEASE, Stage, TEST_MS, type Served } from './stage.ts'

const KINDS = Object.keys(OTHER_PLAYERS)

const atEnd = atEndOfTests()

vi.setConfig({ testTimeout: TEST_MS, hookTimeout: TEST_MS })

it.each(Object.entries(OTHER_PLAYERS))('the code for %s can be parsed', (kind, player) => {
  expect(parseSync(`${kind}.js`, otherPlayersModule(player)).errors).toEqual([])
})

if (hasOtherPlayers()) {
  describeInChromium('a viewer with another player', describeOtherPlayers)
} else {
  it('needs Shaka Player and dash.js, which are not installed: their code was only parsed', () => {
    process.stdout.write('Shaka Player and dash.js were not tried: npm ci in tests/browser/players.\n')
    expect(ENVIRONMENT['CI']).not.toBe('true')
  })
}

function describeOtherPlayers(executablePath: string): void {
  let stage: Stage
  let served: Served

  beforeAll(async () => {
    stage = await Stage.open(executablePath, atEnd)
    served = await stage.serve(SHORT_LEASE, [], atEnd)
  })

  const watch = async (kind: string, film: string, caller = served) => {
    const page = await stage.openPlayer('other-player')
    const reports: string[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/cmcd')) reports.push(request.postData() ?? '')
    })
    const id = await stage.play(page, caller, { kind, film, user: `${kind}-${film}` })
    return { page, reports, id }
  }

  it.each(KINDS)('%s holds its slot by its reports, and stops if another stream takes it', async (kind) => {
    const user = `${kind}-long.mpd`
    const { page, reports, id } = await watch(kind, 'long.mpd')
    const endsAtMs = performance.now() + 2 * LEASE_MS
    while (performance.now() < endsAtMs) {
      expect((await served.client.start(user, 'elsewhere')).status).toBe(409)
      await pause(100)
    }
    expect(reports.at(-1)).toContain(`sid="${id}"`)
    expect(reports.at(-1)).toContain('cid="long"')

    await served.client.send('POST', `/users/${user}/streams`, { streamId: 'new', replaces: id })
    await page.waitForFunction('!isPlaying()')
    await pause(QUIET_MS)
    const count = reports.length
    await pause(QUIET_MS)
    expect(reports).toHaveLength(count)
    expect(await served.client.list(user)).not.toContain(id)
  })

  it.each(KINDS)(
    '%s frees its slot when the film is over, and takes none while its page stays',
    async (kind) => {
      const user = `${kind}-short.mpd`
      const { page, id } = await watch(kind, 'short.mpd')
      expect(await served.client.list(user)).toEqual([id])
      await page.waitForFunction('!isPlaying()')
      while ((await served.client.list(user)).length > 0) await pause(5)
      const endsAtMs = performance.now() + 2 * LEASE_MS
      while (performance.now() < endsAtMs) {
        expect(await served.client.list(user)).toEqual([])
        await pause(100)
      }
    },
  )

  it.each(KINDS)('%s reports nothing if the service wants no heartbeats', async (kind) => {
    const patient = await stage.serve({ leaseSeconds: null, plans: ONE_STREAM })
    const { reports } = await watch(kind, 'long.mpd', patient)
    await pause(QUIET_MS)
    expect(reports).toEqual([])
  })
}
