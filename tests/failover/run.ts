/**
 * Kills the master of a Redis behind Sentinels again and again, under starts from many clients, and
 * counts which acknowledged starts the next master does not know.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { RedisStore } from '@streamgate/stores/redis'
import type { Lease, LeaseId, StreamId, UserId } from '@streamgate/core'
import { parseRedisAddress } from '../../stores/src/redis/address.ts'
import { startSentinelGroup, until, type SentinelGroup } from '../../stores/test/redis/groups.ts'

/** What to do. */
export type FailoverOptions = {
  readonly kills: number
  /** How many replicas must have a start before it is acknowledged. */
  readonly waitReplicas: number
  /** Clients that start a stream of a new user, one after another. */
  readonly clients: number
  readonly signal?: AbortSignal
}

/** What came of it. Times are in milliseconds. */
export type FailoverTally = {
  kills: number
  acknowledged: number
  /** Starts that were acknowledged, and that the next master does not know. */
  lost: number
  /** Starts that failed, so that their caller knew to ask again. */
  failed: number
  /** From each kill to the first start that was acknowledged after it. */
  readonly recoveriesMs: number[]
}

/** How long clients start streams before each kill. */
const LOAD_MS = 300
/** A client's pause between two starts. */
const START_EVERY_MS = 4
const REQUEST_TIMEOUT_MS = 500
const RECOVERY_MS_MAX = 60_000

/** Runs, and tells the tally so far after each kill. */
export async function failOver(
  options: FailoverOptions,
  tell: (tally: FailoverTally) => void = () => {},
): Promise<FailoverTally> {
  const endings: (() => void | Promise<void>)[] = []
  const group = await startSentinelGroup((ending) => void endings.push(ending))
  const store = storeAt(group.url, options.waitReplicas)
  const tally: FailoverTally = { kills: 0, acknowledged: 0, lost: 0, failed: 0, recoveriesMs: [] }
  const load = new Load(store, tally)
  try {
    await until('a start is acknowledged', () => load.startOne())
    while (tally.kills < options.kills && options.signal?.aborted !== true) {
      load.begin(options.clients)
      await pause(LOAD_MS)
      await killOnce(group, load, tally)
      tell(tally)
    }
  } finally {
    await load.end()
    await store.close()
    for (const ending of endings.toReversed()) await ending()
  }
  return tally
}

async function killOnce(group: SentinelGroup, load: Load, tally: FailoverTally): Promise<void> {
  const master = await group.master()
  await master.signal('SIGKILL')
  const killedAt = performance.now()
  await until('another master is named', async () => (await group.master()) !== master, RECOVERY_MS_MAX)
  await until('it takes starts', () => load.startOne(), RECOVERY_MS_MAX)
  tally.recoveriesMs.push(performance.now() - killedAt)
  tally.kills += 1
  await load.end()
  tally.lost += await load.missing(load.takeAcknowledged())
  await group.revive(master)
}

/** Clients that start streams, each of a user of its own, and remember which were acknowledged. */
class Load {
  readonly #store: RedisStore
  readonly #tally: FailoverTally
  #acknowledged: UserId[] = []
  #users = 0
  #isOver = false
  #clients: readonly Promise<void>[] = []

  constructor(store: RedisStore, tally: FailoverTally) {
    this.#store = store
    this.#tally = tally
  }

  begin(count: number): void {
    this.#isOver = false
    this.#clients = Array.from({ length: count }, () => this.#startAll())
  }

  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#clients)
  }

  /** Starts one stream. Resolves to whether that was acknowledged. */
  async startOne(): Promise<boolean> {
    this.#users += 1
    const user = `user-${this.#users}` as UserId
    try {
      await this.#store.add(user, LEASE, { capacity: 1 })
    } catch {
      this.#tally.failed += 1
      return false
    }
    this.#tally.acknowledged += 1
    this.#acknowledged.push(user)
    return true
  }

  /** The users whose starts were acknowledged since the last call. */
  takeAcknowledged(): UserId[] {
    const taken = this.#acknowledged
    this.#acknowledged = []
    return taken
  }

  /** How many of these users hold nothing. */
  async missing(users: readonly UserId[]): Promise<number> {
    let missing = 0
    for (const user of users) {
      await until(`${user} can be read`, async () => {
        const { leases } = await this.#store.read(user)
        if (leases.length === 0) missing += 1
        return true
      })
    }
    return missing
  }

  async #startAll(): Promise<void> {
    while (!this.#isOver) {
      await this.startOne()
      await pause(START_EVERY_MS)
    }
  }
}

const LEASE: Lease = {
  id: 'film' as LeaseId,
  streamId: 'film' as StreamId,
  startedAtMs: 0,
  renewedAtMs: 0,
  expiresAtMs: 3_600_000,
  generation: 'g' as Lease['generation'],
}

function storeAt(url: string, waitReplicas: number): RedisStore {
  const text = `${url.slice('redis+sentinel:'.length)}?requestTimeoutMs=${REQUEST_TIMEOUT_MS}`
  const place = parseRedisAddress('redis+sentinel', text)
  return new RedisStore({ place, warn: () => {}, waitReplicas })
}
