/**
 * Players who start, heartbeat, stop and fall silent at random, using the real limiter. They keep
 * their own account of what they were promised, and trust nothing that the limiter says.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  leaseIdOf,
  Limiter,
  LimiterError,
  parsePolicy,
  type Generation,
  type Grant,
  type HeartbeatResult,
  type Store,
  type StreamId,
  type UserId,
} from '@streamgate/core'

export const LIMIT = 2
const LEASE_MS = 1000
const USERS = 4
const PLAYERS_PER_USER = 4

const POLICY = parsePolicy({
  leaseSeconds: LEASE_MS / 1000,
  heartbeatSeconds: 1,
  plans: { two: { limits: [{ max: LIMIT }] } },
})

/** What a player holds, by its last answer. */
type Promised = { readonly generation: Generation; readonly expiresAtMs: number }

type Player = { readonly user: UserId; readonly streamId: StreamId; held: Promised | undefined }

/** Time as everyone in a race sees it. It passes between their calls. */
export class RaceClock {
  nowMs = 1_000_000

  /** A little, or so much that every lease has long expired. */
  passSome(): void {
    this.nowMs += Math.random() < 0.04 ? 3 * LEASE_MS : Math.floor(Math.random() * 0.03 * LEASE_MS)
  }
}

/** The players of a race, and the faults they found. */
export class Players {
  readonly violations: string[] = []
  #answers = 0
  #generations = 0
  readonly #clock: RaceClock
  readonly #limiter: Limiter
  readonly #players: readonly Player[] = Array.from({ length: USERS * PLAYERS_PER_USER }, (_, index) => ({
    user: `user-${index % USERS}` as UserId,
    streamId: `stream-${index}` as StreamId,
    held: undefined,
  }))

  constructor(store: Store, clock: RaceClock) {
    this.#clock = clock
    this.#limiter = new Limiter({
      store,
      policy: POLICY,
      now: () => clock.nowMs,
      newGeneration: () => {
        this.#generations += 1
        return `generation-${this.#generations}`
      },
      pause: async () => {
        await nextTurn()
      },
      random: Math.random,
    })
  }

  /**
   * All act at once, each with one call after another, until so many calls are answered or a fault
   * is found.
   */
  async race(answers: number): Promise<void> {
    await Promise.all(
      this.#players.map(async (player) => {
        while (this.#answers < answers && this.violations.length === 0) {
          await this.#act(player).catch(letContentionBe)
          this.#answers += 1
          this.#clock.passSome()
          await nextTurn()
        }
      }),
    )
    for (const player of this.#players) await this.#checkListed(player)
  }

  async #act(player: Player): Promise<void> {
    const { user, streamId } = player
    const chance = Math.random()
    if (chance < 0.15) {
      player.held = undefined
      await this.#limiter.stop({ user, id: leaseIdOf({ streamId }) })
      return
    }
    const { held } = player
    const request = { user, stream: { streamId } }
    const result = await (chance < 0.5 ? this.#limiter.start(request) : this.#limiter.heartbeat(request))
    this.#judge(player, held, result)
  }

  /** A lease that was live until after the answer must have been there, unchanged. */
  #judge(player: Player, held: Promised | undefined, result: HeartbeatResult): void {
    const { nowMs } = this.#clock
    const isGranted = result.outcome === 'renewed' || result.outcome === 'admitted'
    if (held !== undefined && nowMs < held.expiresAtMs) {
      const isAsTaken = result.outcome === 'renewed' && result.lease.generation === held.generation
      if (!isAsTaken) this.violations.push(`${player.streamId} lost its live lease: ${result.outcome}`)
    }
    player.held = isGranted ? promisedBy(result) : undefined
    const live = this.#players.filter(
      (one) => one.user === player.user && one.held !== undefined && nowMs < one.held.expiresAtMs,
    )
    if (live.length > LIMIT) this.violations.push(`${player.user} has ${live.length} live leases`)
  }

  async #checkListed({ user, streamId, held }: Player): Promise<void> {
    const { live } = await this.#limiter.list(user)
    const isListed = live.some(({ generation }) => generation === held?.generation)
    if (held !== undefined && this.#clock.nowMs < held.expiresAtMs && !isListed) {
      this.violations.push(`${streamId} is not among the live leases of ${user}`)
    }
    if (live.length > LIMIT) this.violations.push(`${user} has ${live.length} leases in the store`)
  }
}

/**
 * With so many on one roster some run out of attempts. Then nothing was written and nothing
 * promised.
 */
function letContentionBe(error: unknown): void {
  if (!(error instanceof LimiterError && error.code === 'STORE_CONTENDED')) throw error
}

function promisedBy({ lease }: Grant): Promised {
  return { generation: lease.generation, expiresAtMs: lease.expiresAtMs ?? Number.POSITIVE_INFINITY }
}
