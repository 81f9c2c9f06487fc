import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import type { Site } from './site.ts'

/** A page's call to the service. */
export type PageCall = {
  readonly method: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  readonly sentAtMs: number
  /** Its answer, and when it came. Absent if there was none. */
  answeredAtMs?: number
  status?: number
}

/** A problem as `onEnd` got it. */
export type ShownProblem = {
  readonly status: number
  readonly type?: string
  readonly detail?: string
  readonly reason?: string
  readonly by?: { readonly id: string; readonly label?: string }
  readonly streams?: readonly { readonly id: string; readonly label?: string }[]
}

/** Options of a playback. */
export type PlaybackOptions = Readonly<Record<string, string>>

/** A page with `examples/player.js`, and what it sent to the service. */
export class PlayerPage {
  readonly page: Page
  readonly calls: PageCall[] = []
  readonly #service: string
  readonly #open = new Map<Request, PageCall>()

  private constructor(page: Page, service: string) {
    this.page = page
    this.#service = service
    page.on('request', (request) => this.#sent(request))
    page.on('response', (response) => {
      const call = this.#open.get(response.request())
      if (call === undefined) return
      call.answeredAtMs = performance.now()
      call.status = response.status()
    })
  }

  static async open(owner: Browser | BrowserContext, site: Site, service: string): Promise<PlayerPage> {
    const opened = new PlayerPage(await owner.newPage(), service)
    await opened.page.goto(`${site.origin}/example.html`)
    await opened.page.waitForFunction('window.isReady')
    return opened
  }

  /** Starts a playback, and does not wait for its answer. */
  async play(options: PlaybackOptions): Promise<void> {
    await this.page.evaluate(`play(${JSON.stringify({ service: this.#service, ...options })})`)
  }

  /** Waits until `count` starts were answered. Resolves with whether the last one may play. */
  async untilStarted(count = 1): Promise<boolean> {
    await this.page.waitForFunction(`answers.length >= ${count}`)
    return this.page.evaluate<boolean>('answers.at(-1)')
  }

  /** Waits until `onEnd` was called. Resolves with its problem. */
  async untilEnded(): Promise<ShownProblem> {
    await this.page.waitForFunction('problems.length > 0', undefined, { timeout: 30_000 })
    return this.page.evaluate<ShownProblem>('problems.at(-1)')
  }

  isPlaying(): Promise<boolean> {
    return this.page.evaluate<boolean>('isPlaying()')
  }

  stop(): Promise<void> {
    return this.page.evaluate<void>('playback.stop()')
  }

  /** The calls of a kind: starts, heartbeats or stops. */
  sent(kind: 'start' | 'heartbeat' | 'stop'): readonly PageCall[] {
    return this.calls.filter(({ method, path }) =>
      kind === 'heartbeat'
        ? method === 'PUT'
        : method === 'POST' && path.endsWith('/stop') === (kind === 'stop'),
    )
  }

  /** Waits until so many heartbeats were answered. */
  async untilHeartbeats(count: number): Promise<void> {
    while (this.sent('heartbeat').filter(isAnswered).length < count) await pause(20)
  }

  #sent(request: Request): void {
    if (!request.url().startsWith(this.#service) || request.method() === 'OPTIONS') return
    const call: PageCall = {
      method: request.method(),
      path: new URL(request.url()).pathname,
      body: JSON.parse(request.postData() || '{}') as Record<string, unknown>,
      sentAtMs: performance.now(),
    }
    this.calls.push(call)
    this.#open.set(request, call)
  }
}

/** Whether the call was answered. */
export function isAnswered({ answeredAtMs }: PageCall): boolean {
  return answeredAtMs !== undefined
}
