/** The service as one user's player calls it. */
import { callOnce, type Answer, type Call } from './call.ts'
import { deviceIdIn } from './device-id.ts'
import type { Host } from './host.ts'
import type { Run } from './run.ts'
import type { WatchOptions } from './types.ts'

/** Clocks of viewers' devices differ that much from the service's. */
const CLOCK_ERROR_MS = 300_000

/** The addresses of a user, and calls with the user's token. */
export class Service {
  readonly #host: Host
  readonly #options: WatchOptions
  readonly #home: string
  /** The id of this device, once it is known. */
  deviceId: string | undefined
  /** The newest token, for the call of a page that is left. */
  token: string | undefined

  constructor(host: Host, options: WatchOptions) {
    this.#host = host
    this.#options = options
    this.#home = `${options.service.replace(/\/+$/, '')}/users/${encodeURIComponent(options.user)}`
  }

  /** Sets the device's id, unless the application wants none. */
  async findDeviceId(): Promise<void> {
    const { device = {} } = this.#options
    if (device) this.deviceId = device.id ?? (await deviceIdIn(this.#host))
  }

  /** The id of the lease of this stream on this device. */
  leaseIdOf(streamId: string): string {
    return this.deviceId ? `${streamId}@${this.deviceId}` : streamId
  }

  /** The address of the user's streams or devices, or of one of them. */
  urlOf(kind: 'streams' | 'devices', id?: string): string {
    return `${this.#home}/${kind}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`
  }

  /** What the service is told of the stream. */
  get description(): Readonly<Record<string, unknown>> {
    const { contentId, plan, attributes, device } = this.#options
    const { type: deviceType, label } = device || {}
    return { deviceId: this.deviceId, deviceType, label, contentId, plan, attributes }
  }

  /** Removes registered devices, unless the refusal says that no other one may be added yet. */
  async removeDevices(ids: readonly string[], { body }: Answer): Promise<void> {
    const nextAtMs = Date.parse(body['nextChangeAt'] as string)
    if (nextAtMs > this.#host.now() + CLOCK_ERROR_MS) return
    for (const id of ids) await this.call({ method: 'DELETE', url: this.urlOf('devices', id) })
  }

  /**
   * Calls with the token, and once more if the service refuses it. A call for a playback that is
   * over is not made.
   */
  async call(call: Call, run?: Run): Promise<Answer> {
    const { token } = this.#options
    const callWith = (isRefused: boolean) =>
      callOnce(this.#host, {
        ...call,
        token: async () => {
          this.token = typeof token === 'function' ? await token(isRefused) : token
          if (run?.over.isOpen) throw new Error('Stopped')
          if (run) run.mayHold = true
          return this.token
        },
      })
    const answer = await callWith(false)
    return answer.status === 401 && typeof token === 'function' ? callWith(true) : answer
  }
}
