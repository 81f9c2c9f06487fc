/** The code for the SDK in `docs/players.md`, in Chromium. */
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, expect, it, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import { describeInChromium } from './in-chromium.ts'
import { HEARTBEAT_MS, LEASE_MS, SHORT_LEASE, Stage, TEST_MS, type Served } from './stage.ts'

const atEnd = atEndOfTests()

vi.setConfig({ testTimeout: TEST_MS, hookTimeout: TEST_MS })

describeInChromium('the documented code for the SDK', (executablePath) => {
  let stage: Stage
  let served: Served

  beforeAll(async () => {
    stage = await Stage.open(executablePath, atEnd)
    served = await stage.serve(SHORT_LEASE, [], atEnd)
  })

  const play = async (user: string) => {
    const page = await stage.openPlayer('sdk-documented')
    await page.evaluate(`play(${JSON.stringify({ service: served.service.url, user })})`)
    return page
  }

  it('plays, shows a refused viewer who watches, and takes over', async () => {
    const first = await play('reader')
    await first.waitForFunction('isPlaying()')
    await pause(LEASE_MS + HEARTBEAT_MS)
    const context = await (await stage.ownBrowser()).newContext()
    const second = await stage.openPlayer('sdk-documented', context)
    await second.evaluate(`play(${JSON.stringify({ service: served.service.url, user: 'reader' })})`)
    await second.getByRole('radio', { name: /^Laptop/ }).waitFor()
    expect(await second.evaluate('isPlaying()')).toBe(false)
    await second.getByRole('button', { name: 'Watch here instead' }).click()
    await second.waitForFunction('isPlaying()')
    await first.getByText('Playback moved to “Laptop”.').waitFor()
    expect(await first.evaluate('isPlaying()')).toBe(false)
  })

  it('stops on a TV that hides the app, and starts again when it is shown', async () => {
    const page = await play('tv')
    await page.waitForFunction('isPlaying()')
    await page.evaluate("import('/documented-tv.js')")
    const become = (isHidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      `)
    await become(true)
    while ((await served.client.list('tv')).length > 0) await pause(20)
    await become(false)
    while ((await served.client.list('tv')).length === 0) await pause(20)
  })
})
