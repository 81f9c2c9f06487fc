import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  Limiter,
  leaseIdOf,
  type DeviceId,
  type HeartbeatResult,
  type StartResult,
  type StreamDescription,
  type UserId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { parsePolicyText } from '../../service/src/policy/policy-file.ts'

/** The folder of the example policies. */
export const POLICIES = fileURLToPath(new URL('../../examples/policies', import.meta.url))

/** One user of a service with this policy, on a clock that only moves on request. */
export class Viewer {
  nowMs = 0
  readonly #limiter: Limiter
  readonly #plan: string | undefined

  constructor(file: string, plan?: string) {
    let generations = 0
    this.#plan = plan
    this.#limiter = new Limiter({
      store: new MemoryStore(),
      policy: parsePolicyText(readFileSync(join(POLICIES, file), 'utf8')),
      now: () => this.nowMs,
      newGeneration: () => {
        generations += 1
        return String(generations)
      },
      pause: async () => {},
      random: () => 0.5,
    })
  }

  start(streamId: string, rest: object = {}): Promise<StartResult> {
    const stream = { streamId, ...rest } as StreamDescription
    return this.#limiter.start({ user: 'viewer' as UserId, stream, plan: this.#plan })
  }

  /** A start by another user of the same service. */
  startAs(user: string, streamId: string, rest: object = {}): Promise<StartResult> {
    const stream = { streamId, ...rest } as StreamDescription
    return this.#limiter.start({ user: user as UserId, stream, plan: this.#plan })
  }

  /** A start in one app of several. */
  startAt(tenant: string, streamId: string, rest: object = {}): Promise<StartResult> {
    const stream = { streamId, ...rest } as StreamDescription
    return this.#limiter.start({ user: 'viewer' as UserId, tenant, stream })
  }

  heartbeat(id: string): Promise<HeartbeatResult> {
    const [streamId, deviceId] = id.split('@')
    const stream = { streamId, ...(deviceId !== undefined && { deviceId }) } as StreamDescription
    return this.#limiter.heartbeat({ user: 'viewer' as UserId, stream, plan: this.#plan })
  }

  async removeDevice(deviceId: string): Promise<void> {
    await this.#limiter.removeDevice({ user: 'viewer' as UserId, deviceId: deviceId as DeviceId })
  }

  async stop(streamId: string, deviceId: string): Promise<void> {
    const id = leaseIdOf({ streamId, deviceId } as StreamDescription)
    await this.#limiter.stop({ user: 'viewer' as UserId, id })
  }
}
