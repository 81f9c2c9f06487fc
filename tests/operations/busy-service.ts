/** A real service with two workers, and calls that make it export each of its metrics. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder, type AtEnd } from '../../stores/test/temporary-folder.ts'
import { Client } from '../e2e/client.ts'
import { startService, type RunningService } from '../e2e/running-service.ts'

const POLICY = {
  leaseSeconds: 2,
  heartbeatSeconds: 1,
  defaultPlan: 'basic',
  plans: {
    basic: { limits: [{ max: 2 }], ignore: [{ contentId: 'trailer' }] },
    swapping: { limits: [{ max: 1 }], whenFull: 'evict-oldest' },
    trial: { limits: [{ max: 2 }], shadow: { limits: [{ max: 1 }] } },
  },
}
/** A sweep about every 0.6 s. */
const OFTEN = ['--sweep-minutes', '0.01']

export class BusyService {
  readonly service: RunningService
  readonly client: Client
  #rounds = 0

  private constructor(service: RunningService) {
    this.service = service
    this.client = new Client(service.url)
  }

  static async start(atEnd: AtEnd): Promise<BusyService> {
    const folder = temporaryFolder(atEnd)
    const policy = join(folder, 'policy.json')
    writeFileSync(policy, JSON.stringify(POLICY))
    const flags = ['--policy', policy, ...OFTEN]
    return new BusyService(await startService({ folder, workers: 2, flags }, atEnd))
  }

  /** What `/metrics` says now. */
  async scrape(): Promise<string> {
    return (await this.client.get('/metrics')).text
  }

  /** Makes calls that are admitted, refused, renewed, evicted or stopped. One is left alone. */
  async makeCalls(): Promise<void> {
    this.#rounds += 1
    const user = `user-${this.#rounds}`
    const streams = `/users/${user}/streams`
    const start = (body: object) => this.client.send('POST', streams, body)
    for (const streamId of ['a', 'b', 'c']) await start({ streamId })
    await start({ streamId: 'd', contentId: 'trailer' })
    await this.client.send('PUT', `${streams}/a`)
    await this.client.send('PUT', `${streams}/b`, { plan: 'unknown' })
    await this.client.stop(user, 'a')
    const others = `/users/other-${this.#rounds}/streams`
    // Nothing keeps these alive. Two seconds later a start finds that they have lapsed.
    await this.client.start('forgetful', `stream-${this.#rounds}`)
    for (const streamId of ['e', 'f']) {
      await this.client.send('POST', others, { streamId, plan: 'swapping' })
      await this.client.send('POST', `/users/tried-${this.#rounds}/streams`, { streamId, plan: 'trial' })
    }
  }
}
