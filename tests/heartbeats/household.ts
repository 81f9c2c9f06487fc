/**
 * A household and its screens, in virtual time: who watches, whose player dies, and what the
 * limiter answers.
 */
import {
  Limiter,
  type DeviceId,
  type LeaseId,
  type Policy,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import type { SeededRandom } from '../simulation/world/seeded-random.ts'

/**
 * How a household watches. Times are means of exponential distributions, except for the restart.
 */
export type Habits = {
  readonly devices: number
  readonly idleMinutes: number
  readonly watchMinutes: number
  /** The share of players that end without a stop: a crash, a dead battery, a lost network. */
  readonly crashShare: number
  /** The share of their viewers who start again, between 5 s and `restartSeconds` later. */
  readonly restartShare: number
  readonly restartSeconds: number
  /** The share of viewers who try again after a denial, and how much later. */
  readonly retryShare: number
  readonly retrySeconds: number
  readonly days: number
}

/** The totals. */
export type Tally = {
  requests: number
  /** Milliseconds for which a player really ran. */
  watchedMs: number
  starts: number
  denied: number
  /**
   * Denials although fewer players really ran than the limit allows. Leases of dead players stood
   * in the way.
   */
  wronglyDenied: number
}

type Player = { readonly streamId: StreamId; readonly deviceId: DeviceId; readonly startedAtMs: number }
type Device = { readonly id: DeviceId; player: Player | undefined }
type Event = { readonly atMs: number; readonly run: () => Promise<void> }

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const RESTART_SECONDS_MIN = 5
const USER = 'household' as UserId

/** Simulates the days of one household under a policy, and adds them to the totals. */
export async function live(policy: Policy, habits: Habits, random: SeededRandom): Promise<Tally> {
  const household = new Household(policy, habits, random)
  await household.run()
  return household.tally
}

class Household {
  readonly tally: Tally = { requests: 0, watchedMs: 0, starts: 0, denied: 0, wronglyDenied: 0 }
  readonly #habits: Habits
  readonly #random: SeededRandom
  readonly #limiter: Limiter
  readonly #max: number
  readonly #devices: readonly Device[]
  #events: Event[] = []
  #nowMs = 0
  #names = 0

  constructor(policy: Policy, habits: Habits, random: SeededRandom) {
    this.#habits = habits
    this.#random = random
    this.#max = policy.defaultPlan.limits[0]?.max ?? 0
    this.#limiter = new Limiter({
      store: new MemoryStore(),
      policy,
      now: () => this.#nowMs,
      newGeneration: () => this.#newName('generation'),
      pause: async () => {},
      random: () => random.next(),
    })
    this.#devices = Array.from({ length: habits.devices }, (_none, index) => ({
      id: `device-${index}` as DeviceId,
      player: undefined,
    }))
  }

  async run(): Promise<void> {
    for (const device of this.#devices) this.#startLater(device)
    const endMs = this.#habits.days * DAY_MS
    while (true) {
      const next = this.#takeNext()
      if (next === undefined || next.atMs > endMs) break
      this.#nowMs = next.atMs
      await next.run()
    }
    this.#nowMs = endMs
    for (const device of this.#devices) this.#leave(device)
  }

  #startLater(device: Device): void {
    this.#after(this.#exponentialMs(this.#habits.idleMinutes), () => this.#start(device))
  }

  async #start(device: Device): Promise<void> {
    const streamId = this.#newName('stream') as StreamId
    const running = this.#devices.filter(({ player }) => player !== undefined).length
    this.tally.requests += 1
    this.tally.starts += 1
    const result = await this.#limiter.start({ user: USER, stream: { streamId, deviceId: device.id } })
    if (result.outcome !== 'admitted') {
      this.tally.denied += 1
      if (running < this.#max) this.tally.wronglyDenied += 1
      const { retryShare, retrySeconds } = this.#habits
      if (this.#random.chance(retryShare)) this.#after(retrySeconds * 1000, () => this.#start(device))
      else this.#startLater(device)
      return
    }
    const player: Player = { streamId, deviceId: device.id, startedAtMs: this.#nowMs }
    device.player = player
    this.#heartbeatLater(device, player, result.heartbeatSeconds)
    this.#after(this.#exponentialMs(this.#habits.watchMinutes), () => this.#end(device, player))
  }

  #heartbeatLater(device: Device, player: Player, seconds: number | null): void {
    if (seconds === null) return
    this.#after(seconds * 1000, async () => {
      if (device.player !== player) return
      this.tally.requests += 1
      const stream = { streamId: player.streamId, deviceId: player.deviceId }
      const result = await this.#limiter.heartbeat({ user: USER, stream })
      if (result.outcome !== 'renewed') throw new Error(`A running player was ${result.outcome}`)
      this.#heartbeatLater(device, player, result.heartbeatSeconds)
    })
  }

  async #end(device: Device, { streamId, deviceId }: Player): Promise<void> {
    this.#leave(device)
    const { crashShare, restartShare, restartSeconds } = this.#habits
    if (!this.#random.chance(crashShare)) {
      this.tally.requests += 1
      await this.#limiter.stop({ user: USER, id: `${streamId}@${deviceId}` as LeaseId })
      this.#startLater(device)
      return
    }
    if (!this.#random.chance(restartShare)) {
      this.#startLater(device)
      return
    }
    const seconds = RESTART_SECONDS_MIN + this.#random.next() * (restartSeconds - RESTART_SECONDS_MIN)
    this.#after(seconds * 1000, () => this.#start(device))
  }

  #leave(device: Device): void {
    if (device.player !== undefined) this.tally.watchedMs += this.#nowMs - device.player.startedAtMs
    device.player = undefined
  }

  #after(ms: number, run: () => Promise<void>): void {
    this.#events.push({ atMs: this.#nowMs + ms, run })
  }

  #takeNext(): Event | undefined {
    const next = this.#events.reduce<Event | undefined>(
      (first, event) => (first === undefined || event.atMs < first.atMs ? event : first),
      undefined,
    )
    this.#events = this.#events.filter((event) => event !== next)
    return next
  }

  #exponentialMs(meanMinutes: number): number {
    return -Math.log(1 - this.#random.next()) * meanMinutes * MINUTE_MS
  }

  #newName(kind: string): string {
    this.#names += 1
    return `${kind}-${this.#names}`
  }
}
