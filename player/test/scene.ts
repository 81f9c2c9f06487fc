/** A real service with a policy, and viewers of it. */
import { parsePolicy } from '@streamgate/core'
import { onTestFinished } from 'vitest'
import { listen } from '../../service/src/servers/node-server.ts'
import type { Config } from '../../service/src/settings/settings.ts'
import { Client } from '../../tests/e2e/client.ts'
import { composeTarget } from '../../tests/http-contract/target.ts'
import { createWatch, type Watch, type WatchEvents, type WatchOptions } from '../src/core/index.ts'
import { ManualHost } from './manual-host.ts'

/** One stream, and a heartbeat every 20 s. */
export const ONE_STREAM = {
  leaseSeconds: 60,
  heartbeatSeconds: 20,
  plans: { solo: { limits: [{ max: 1 }] } },
}
export const HEARTBEAT_MS = 20_000

/** A service on a free port. */
export class Scene {
  readonly url: string
  /** Another caller of the service: a second device, or support. */
  readonly client: Client

  constructor(url: string) {
    this.url = url
    this.client = new Client(url)
  }

  static async open(policy: object = ONE_STREAM, settings: Partial<Config> = {}): Promise<Scene> {
    const { app, close } = await composeTarget({ policy: { policy: parsePolicy(policy) }, ...settings })
    const server = await listen(app, { host: '127.0.0.1', port: 0 })
    onTestFinished(async () => {
      await server.close(0)
      await close()
    })
    return new Scene(server.url)
  }

  /** A viewer with a host of its own. Its watch is stopped with the test. */
  viewer(user: string, options: Partial<WatchOptions> = {}, host = new ManualHost()): Viewer {
    const viewer = new Viewer(host, { service: this.url, user, ...options })
    onTestFinished(async () => {
      host.interfere = () => new Error('The test is over')
      void viewer.watch.stop()
      await host.pass(60_000)
    })
    return viewer
  }
}

type Told = { readonly [Name in keyof WatchEvents]: readonly [Name, WatchEvents[Name]] }[keyof WatchEvents]

/** A watch, its host, and what it told. */
export class Viewer {
  readonly host: ManualHost
  readonly watch: Watch
  readonly told: Told[] = []

  constructor(host: ManualHost, options: WatchOptions) {
    this.host = host
    this.watch = createWatch(options, host)
    for (const name of ['admitted', 'denied', 'lost', 'degraded', 'recovered'] as const) {
      this.watch.on(name, (detail) => this.told.push([name, detail] as Told))
    }
  }

  /** The names of the events so far. */
  get events(): readonly string[] {
    return this.told.map(([name]) => name)
  }

  /** What the newest event of this name told. */
  last<Name extends keyof WatchEvents>(name: Name): WatchEvents[Name] | undefined {
    return this.told.findLast(([told]) => told === name)?.[1] as WatchEvents[Name] | undefined
  }
}

/** A balancer's answer in the service's place. */
export function busy(status: number, retryAfterSeconds?: number): Response {
  const headers = retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) }
  return new Response('busy', { status, ...(headers && { headers }) })
}
