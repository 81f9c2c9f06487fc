/**
 * What the tests of `examples/player.js` share: a browser, a site with the player and a film, and services.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { temporaryFolder, type AtEnd } from '../../stores/test/temporary-folder.ts'
import { Client } from '../e2e/client.ts'
import { startService, type RunningService } from '../e2e/running-service.ts'
import { launchChromium } from './chromium.ts'
import { documentedCode } from './documented-code.ts'
import { recordFilm } from './film.ts'
import { PlayerPage } from './player-page.ts'
import { Site } from './site.ts'

export const HEARTBEAT_MS = 1000
export const LEASE_MS = 4000
/** Long enough for a player that goes on calling to be seen. */
export const QUIET_MS = 3 * HEARTBEAT_MS
/** The time limit of one test. */
export const TEST_MS = 60_000

export const ONE_STREAM = { solo: { limits: [{ max: 1 }] } }
/** One stream, on a short lease. */
export const SHORT_LEASE = {
  leaseSeconds: LEASE_MS / 1000,
  heartbeatSeconds: HEARTBEAT_MS / 1000,
  plans: ONE_STREAM,
}

const FILM_SECONDS = 2

/** A service that serves, its caller, and where it keeps its store and its policy. */
export type Served = {
  readonly service: RunningService
  readonly client: Client
  readonly folder: string
  /** The flags that it was started with, beside its store and port. */
  readonly flags: readonly string[]
}

export class PlayerStage {
  readonly #executablePath: string
  readonly #site: Site
  readonly #browser: Browser

  private constructor(executablePath: string, site: Site, browser: Browser) {
    this.#executablePath = executablePath
    this.#site = site
    this.#browser = browser
  }

  static async open(executablePath: string, atEnd: AtEnd): Promise<PlayerStage> {
    const site = await Site.open()
    atEnd(() => site.close())
    const browser = await launchChromium(executablePath)
    atEnd(() => browser.close())
    site.addFile('/example.html', 'example.html')
    site.addFile('/player.js', '../../examples/player.js')
    site.add('/readme.js', documentedCode('README.md', './player.js'))
    const { start, fragments } = await recordFilm(site, browser, FILM_SECONDS)
    site.add('/film.mp4', Buffer.concat([start, ...fragments]))
    return new PlayerStage(executablePath, site, browser)
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
