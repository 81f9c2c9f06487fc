/** What the tests of players share: a browser, a site with players and films, and services. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { temporaryFolder, type AtEnd } from '../../stores/test/temporary-folder.ts'
import { Client } from '../e2e/client.ts'
import { startService, type RunningService } from '../e2e/running-service.ts'
import { launchChromium } from './chromium.ts'
import { documentedCode } from './documented-code.ts'
import { manifestOf, playlistOf, recordFilm, secondsOf, withAdvert } from './film.ts'
import { addOtherPlayers } from './other-players.ts'
import { PlayerPage } from './player-page.ts'
import { addSdk } from './sdk-bundle.ts'
import { Site } from './site.ts'

export const HEARTBEAT_MS = 1000
export const LEASE_MS = 4000
/** Long enough to see that a player keeps calling. */
export const QUIET_MS = 3 * HEARTBEAT_MS
/** The time limit of one test. */
export const TEST_MS = 60_000

/** For a test of a service that cannot answer. */
export const IMPATIENT = ['--store-timeout-ms', '500']

export const ONE_STREAM = { solo: { limits: [{ max: 1 }] } }
/** One stream, on a short lease. */
export const SHORT_LEASE = {
  leaseSeconds: LEASE_MS / 1000,
  heartbeatSeconds: HEARTBEAT_MS / 1000,
  plans: ONE_STREAM,
}

const FILM_SECONDS = 2
/** How often a playlist or a manifest shows the film. */
const TIMES = { short: 1, long: 60, interrupted: 4 }

/** A running service, its client, and the paths of its store and its policy. */
export type Served = {
  readonly service: RunningService
  readonly client: Client
  readonly folder: string
  /** The flags that it was started with, apart from store and port. */
  readonly flags: readonly string[]
}

/** Who watches which playlist or manifest, and with which of the other players. */
export type PlayOptions = { readonly user: string; readonly film: string; readonly kind?: string }

/** A browser, and a site on its own origin. Services are started as tests need them. */
export class Stage {
  readonly #executablePath: string
  readonly #site: Site
  readonly #browser: Browser

  private constructor(executablePath: string, site: Site, browser: Browser) {
    this.#executablePath = executablePath
    this.#site = site
    this.#browser = browser
  }

  static async open(executablePath: string, atEnd: AtEnd): Promise<Stage> {
    const site = await Site.open()
    atEnd(() => site.close())
    const browser = await launchChromium(executablePath)
    atEnd(() => browser.close())
    await furnish(site, browser)
    return new Stage(executablePath, site, browser)
  }

  /** Starts a service with this policy, which pages of the site may call. */
  async serve(
    policy: object,
    moreFlags: readonly string[] = [],
    atEnd: AtEnd = onTestFinished,
  ): Promise<Served> {
    const folder = temporaryFolder(atEnd)
    const path = join(folder, 'policy.json')
    writeFileSync(path, JSON.stringify(policy))
    const flags = ['--policy', path, '--cors-origins', this.#site.origin, ...moreFlags]
    const service = await startService({ folder, flags }, atEnd)
    return { service, client: new Client(service.url), folder, flags }
  }

  /** Opens a page that calls this service. */
  async open({ service }: Served, browser: Browser = this.#browser): Promise<PlayerPage> {
    const opened = await PlayerPage.open(browser, this.#site, service.url)
    onTestFinished(() => opened.page.close())
    return opened
  }

  /** Opens a page that plays. */
  async watch(served: Served, user: string, browser: Browser = this.#browser): Promise<PlayerPage> {
    const opened = await this.open(served, browser)
    await opened.play({ user, label: 'Living room TV' })
    expect(await opened.untilStarted()).toBe(true)
    await opened.page.waitForFunction('isPlaying()')
    return opened
  }

  /** Opens an empty page. */
  async emptyPage(browser: Browser | BrowserContext = this.#browser): Promise<Page> {
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    return page
  }

  /** Opens a page with hls.js and the code in `docs/players.md`, the other players, or the SDK. */
  async openPlayer(
    name: 'player' | 'other-player' | 'sdk' | 'sdk-react' | 'sdk-documented',
    browser: Browser | BrowserContext = this.#browser,
  ): Promise<Page> {
    const page = await this.emptyPage(browser)
    await page.goto(`${this.#site.origin}/${name}.html`)
    await page.waitForFunction('"play" in window')
    return page
  }

  /** Starts a stream in such a page, and waits until it plays. Resolves with its id. */
  async play(page: Page, { service }: Served, { user, film, kind }: PlayOptions): Promise<string> {
    const contentId = film.split('.')[0]
    const options = { service: service.url, user, contentId, film: `/film/${film}`, kind }
    const { id } = await page.evaluate<{ id: string }>(`play(${JSON.stringify(options)})`)
    await page.waitForFunction('isPlaying()')
    return id
  }

  /** A browser for one test, whose processes can be signalled. */
  async ownBrowser(): Promise<Browser> {
    const own = await launchChromium(this.#executablePath)
    onTestFinished(() => own.close())
    return own
  }

  /** The address of a page without a player. */
  get otherPage(): string {
    return `${this.#site.origin}/recorder.html`
  }
}

/** Adds the players, the code of the documents, and a film to the site. */
async function furnish(site: Site, browser: Browser): Promise<void> {
  site.addFile('/example.html', 'example.html')
  site.addFile('/player.html', 'player.html')
  site.addFile('/other-player.html', 'other-player.html')
  site.addFile('/hls.mjs', '../../node_modules/hls.js/dist/hls.mjs')
  site.addFile('/player.js', '../../examples/player.js')
  site.add('/readme.js', documentedCode('README.md', './player.js'))
  site.add('/watch.js', documentedCode('docs/players.md', '// watch.js'))
  addOtherPlayers(site)
  await addSdk(site)
  const film = await recordFilm(site, browser, FILM_SECONDS)
  const { start, fragments } = film
  site.add('/film.mp4', Buffer.concat([start, ...fragments.map(({ bytes }) => bytes)]))
  site.add('/film/start.mp4', start)
  fragments.forEach(({ bytes }, index) => site.add(`/film/fragment-${index}.m4s`, bytes))
  for (const [name, times] of Object.entries(TIMES)) {
    site.add(`/film/${name}.m3u8`, playlistOf(film, times))
    site.add(`/film/${name}.mpd`, manifestOf(film, times))
  }
  const seconds = secondsOf(film)
  const advert = { uri: '/film/short.m3u8', atSeconds: seconds, seconds }
  const interrupted = playlistOf(film, TIMES.interrupted)
  const inserted = { ...advert, resumeOffset: 0 }
  site.add('/film/advert-in-place.m3u8', withAdvert(interrupted, advert))
  site.add('/film/advert-inserted.m3u8', withAdvert(interrupted, inserted))
  site.add('/film/advert-before.m3u8', withAdvert(interrupted, { ...inserted, atSeconds: 0 }))
  site.add('/film/advert-after.m3u8', withAdvert(interrupted, { ...inserted, isAfter: true }))
}
