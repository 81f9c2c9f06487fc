/**
 * A household and its screens, in virtual time: who watches, whose player dies, and what viewers do
 * after a refusal.
 */
import {
  leaseIdOf,
  type Attributes,
  type DeviceId,
  type HeartbeatResult,
  type LeaseId,
  type StartResult,
  type StreamDescription,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import type { DeviceProfile, Habits } from './habits.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { VirtualTime } from './virtual-time.ts'

/** The service, as players see it. */
export type WatchedService = {
  readonly start: (call: PlayerCall & { readonly replaces?: readonly LeaseId[] }) => Promise<StartResult>
  readonly heartbeat: (call: PlayerCall) => Promise<HeartbeatResult>
  readonly stop: (user: UserId, id: LeaseId) => Promise<unknown>
}

/** Who calls, and about what. */
export type PlayerCall = { readonly user: UserId; readonly plan?: string; readonly stream: StreamDescription }

/** The totals of a household. */
export type HouseholdTally = {
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
  /** Players that a heartbeat was told to stop. */
  sentAway: number
}

/** What a household is made of. */
export type HouseholdParts = {
  readonly user: UserId
  readonly plan?: string
  /** How many streams its plan allows. */
  readonly max: number
  readonly habits: Habits
  readonly devices: readonly DeviceProfile[]
  readonly random: SeededRandom
  readonly time: VirtualTime
  readonly service: WatchedService
  readonly newStreamId: () => StreamId
  /** What a device plays next. */
  readonly choose?: (device: DeviceProfile) => {
    readonly contentId: string
    readonly attributes?: Attributes
  }
}

type Player = { readonly stream: StreamDescription; readonly startedAtMs: number }
type Device = { readonly profile: DeviceProfile; player: Player | undefined }

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const RESTART_SECONDS_MIN = 5
/** How long a viewer looks at a refusal before another stream is ended. */
const TAKE_OVER_SECONDS = 12

/** One household. It lives as long as its virtual time runs. */
export class Household {
  readonly tally: HouseholdTally = {
    requests: 0,
    watchedMs: 0,
    starts: 0,
    denied: 0,
    wronglyDenied: 0,
    sentAway: 0,
  }
  readonly #parts: HouseholdParts
  readonly #devices: readonly Device[]

  constructor(parts: HouseholdParts) {
    this.#parts = parts
    this.#devices = parts.devices.map((profile) => ({ profile, player: undefined }))
  }

  /** Each device starts for the first time after a while. */
  begin(): void {
    for (const device of this.#devices) this.#startLater(device)
  }

  /** Counts the players that still run. Call it at the end. */
  end(): void {
    for (const device of this.#devices) this.#leave(device)
  }

  #startLater(device: Device): void {
    this.#after(this.#exponentialMs(this.#parts.habits.idleMinutes), () =>
      this.#isBusy() ? this.#start(device) : this.#startLater(device),
    )
  }

  /** Whether somebody watches at this hour. */
  #isBusy(): boolean {
    const { habits, time } = this.#parts
    if (habits.busyness === undefined) return true
    return this.#parts.random.chance(habits.busyness[Math.floor(time.nowMs() / HOUR_MS) % 24] ?? 1)
  }

  async #start(device: Device, replaces?: readonly LeaseId[]): Promise<void> {
    const { user, plan, habits, time, service } = this.#parts
    const stream = this.#newStream(device.profile)
    const running = this.#devices.filter(({ player }) => player !== undefined).length
    this.tally.requests += 1
    this.tally.starts += 1
    const result = await service.start({
      user,
      stream,
      ...(plan !== undefined && { plan }),
      ...(replaces !== undefined && { replaces }),
    })
    if (result.outcome !== 'admitted' && result.outcome !== 'renewed') {
      this.#leave(device)
      this.tally.denied += 1
      if (running < this.#parts.max) this.tally.wronglyDenied += 1
      this.#refused(device, result.outcome === 'denied' ? result.makesRoom.map(({ id }) => id) : [])
      return
    }
    this.#leave(device)
    const player: Player = { stream, startedAtMs: time.nowMs() }
    device.player = player
    this.#heartbeatLater(device, player, result.heartbeatSeconds)
    if (this.#happens(habits.zapShare)) {
      const zapMs = this.#exponentialMs(habits.zapSeconds / 60)
      this.#after(zapMs, () => (device.player === player ? this.#start(device) : undefined))
    } else this.#after(this.#exponentialMs(habits.watchMinutes), () => this.#end(device, player))
  }

  /** A refused viewer takes over, tries again, or leaves. */
  #refused(device: Device, makesRoom: readonly LeaseId[]): void {
    const { retryShare, retrySeconds, takeOverShare } = this.#parts.habits
    if (makesRoom.length > 0 && this.#happens(takeOverShare)) {
      this.#after(TAKE_OVER_SECONDS * 1000, () => this.#start(device, makesRoom))
    } else if (this.#happens(retryShare)) this.#after(retrySeconds * 1000, () => this.#start(device))
    else this.#startLater(device)
  }

  #heartbeatLater(device: Device, player: Player, seconds: number | null): void {
    if (seconds === null) return
    this.#after(seconds * 1000, async () => {
      if (device.player !== player) return
      const { user, plan, service } = this.#parts
      this.tally.requests += 1
      const { stream } = player
      const result = await service.heartbeat({ user, stream, ...(plan !== undefined && { plan }) })
      if (result.outcome === 'renewed' || result.outcome === 'admitted') {
        this.#heartbeatLater(device, player, result.heartbeatSeconds)
        return
      }
      this.tally.sentAway += 1
      this.#leave(device)
      this.#startLater(device)
    })
  }

  async #end(device: Device, player: Player): Promise<void> {
    if (device.player !== player) return
    this.#leave(device)
    const { user, service, random, habits } = this.#parts
    const { crashShare, restartShare, restartSeconds } = habits
    if (!random.chance(crashShare)) {
      this.tally.requests += 1
      await service.stop(user, leaseIdOf(player.stream))
      this.#startLater(device)
      return
    }
    if (!random.chance(restartShare)) {
      this.#startLater(device)
      return
    }
    const seconds = RESTART_SECONDS_MIN + random.next() * (restartSeconds - RESTART_SECONDS_MIN)
    this.#after(seconds * 1000, () => this.#start(device))
  }

  #newStream(profile: DeviceProfile): StreamDescription {
    const { newStreamId, choose } = this.#parts
    const { id, type, awayShare = 0, awayNetwork, network } = profile
    const from = this.#happens(awayShare) ? awayNetwork : network
    return {
      streamId: newStreamId(),
      deviceId: id as DeviceId,
      ...(type !== undefined && { deviceType: type }),
      ...choose?.(profile),
      ...(from !== undefined && { network: from }),
    }
  }

  #leave(device: Device): void {
    if (device.player !== undefined) {
      this.tally.watchedMs += this.#parts.time.nowMs() - device.player.startedAtMs
    }
    device.player = undefined
  }

  #after(ms: number, run: () => Promise<void> | void): void {
    this.#parts.time.after(ms, run)
  }

  /** What never happens draws no number, so that habits can be added without another sequence. */
  #happens(share: number): boolean {
    return share > 0 && this.#parts.random.chance(share)
  }

  #exponentialMs(meanMinutes: number): number {
    return -Math.log(1 - this.#parts.random.next()) * meanMinutes * MINUTE_MS
  }
}
