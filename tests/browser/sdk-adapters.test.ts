/** The adapters of `@streamgate/player` in Chromium, with the players themselves. */
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, expect, it, vi } from 'vitest'
import { atEndOfTests } from '../../stores/test/temporary-folder.ts'
import { describeInChromium } from './in-chromium.ts'
import { hasOtherPlayers } from './other-players.ts'
import { LEASE_MS, QUIET_MS, SHORT_LEASE, Stage, TEST_MS, type Served } from './stage.ts'

/** Each player, and the kind of film that it plays. */
const KINDS = [
  { kind: 'hls', type: 'm3u8' },
  ...(hasOtherPlayers()
    ? [
        { kind: 'shaka', type: 'mpd' },
        { kind: 'dash', type: 'mpd' },
        { kind: 'videojs', type: 'm3u8' },
      ]
    : []),
]

const atEnd = atEndOfTests()

vi.setConfig({ testTimeout: TEST_MS, hookTimeout: TEST_MS })

describeInChromium('the adapters of the SDK', (executablePath) => {
  let stage: Stage
  let served: Served

  beforeAll(async () => {
    stage = await Stage.open(executablePath, atEnd)
    served = await stage.serve(SHORT_LEASE, [], atEnd)
  })

  const play = async (user: string, options: object) => {
    const page = await stage.openPlayer('sdk')
    const loaded: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/film/')) loaded.push(request.url())
    })
    const playing = { service: served.service.url, user, contentId: 'film', ...options }
    const { id } = await page.evaluate<{ id: string }>(`play(${JSON.stringify(playing)})`)
    await page.waitForFunction('isPlaying()')
    return { page, loaded, id }
  }

  it.each(KINDS)(
    '$kind stops and loads no more if its slot is taken, and goes on where it was',
    async ({ kind, type }) => {
      const { page, loaded, id } = await play(kind, { kind, film: `/film/long.${type}` })
      await page.waitForFunction('position() > 1')
      await served.client.send('POST', `/users/${kind}/streams`, { streamId: 'new', replaces: id })
      await page.getByRole('button', { name: 'Watch here instead' }).waitFor()
      expect(await page.evaluate('isPlaying()')).toBe(false)
      await pause(QUIET_MS)
      const count = loaded.length
      await pause(QUIET_MS)
      expect(loaded).toHaveLength(count)

      await page.getByRole('button', { name: 'Watch here instead' }).click()
      await page.waitForFunction('isPlaying() && position() > 1')
      expect(await page.evaluate<number>('position()')).toBeLessThan(30)
      expect(await served.client.list(kind)).toHaveLength(1)
      expect(await page.evaluate('told.filter(({ name }) => name === "error")')).toEqual([])
      expect(await page.evaluate('errors')).toEqual([])
    },
  )

  it.each(KINDS)(
    '$kind frees its slot after the film, and takes one if it is played again',
    async ({ kind, type }) => {
      const user = `${kind}-short`
      const { page } = await play(user, { kind, film: `/film/short.${type}` })
      await page.waitForFunction('document.querySelector("video").ended')
      expect(await served.client.list(user), 'an advert may have ended').toHaveLength(1)
      while ((await served.client.list(user)).length > 0) await pause(50)
      await pause(LEASE_MS)
      expect(await served.client.list(user)).toEqual([])
      await page.evaluate('document.querySelector("video").play()')
      while ((await served.client.list(user)).length === 0) await pause(20)
    },
  )

  it.each(['advert-inserted', 'advert-before', 'advert-after'])(
    'holds one slot through a film with an advert: %s',
    async (name) => {
      const { page, id } = await play(name, { kind: 'hls', film: `/film/${name}.m3u8` })
      const endsAtMs = performance.now() + 7000
      while (performance.now() < endsAtMs) {
        expect(await served.client.list(name)).toEqual([id])
        await pause(100)
      }
      while ((await served.client.list(name)).length > 0) await pause(50)
      expect(await page.evaluate('told.map((each) => each.name)')).toEqual(['admitted'])
    },
  )

  it('frees the slot of a film that is paused for long, but not while the viewer seeks in it', async () => {
    const options = { film: '/film.mp4', attach: { releaseAfterPauseSeconds: 2 } }
    const { page, id } = await play('paused', options)
    await page.evaluate('document.querySelector("video").pause()')
    for (let seek = 0; seek < 4; seek += 1) {
      await pause(1000)
      await page.evaluate('document.querySelector("video").currentTime = 0.5')
      expect(await served.client.list('paused')).toEqual([id])
    }
    while ((await served.client.list('paused')).length > 0) await pause(50)
    await page.evaluate('document.querySelector("video").play()')
    while ((await served.client.list('paused')).length === 0) await pause(20)
    await page.waitForFunction('isPlaying()')
  })

  it('lets go of the player when it is detached', async () => {
    const { page } = await play('detached', { film: '/film.mp4' })
    await page.evaluate('detach()')
    expect(await served.client.list('detached')).toEqual([])
    await page.evaluate('document.querySelector("video").pause()')
    await page.evaluate('document.querySelector("video").play()')
    await pause(QUIET_MS)
    expect(await served.client.list('detached')).toEqual([])
  })
})
