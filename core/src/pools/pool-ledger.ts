import { lapsesAtMs, type Lease, type LeaseId, type UserId } from '../lease.ts'
import type { Store } from '../store.ts'
import { Turns } from '../turns.ts'
import { poolNamed, poolsOf, type Pool, type PoolRule } from './pool.ts'
import { PoolBlocks } from './pool-blocks.ts'
import { slotIn, usedIn } from './pool-record.ts'
import { runningNow, type OverdueParts } from './overdue-streams.ts'
import { PoolShare, type PooledStream } from './pool-share.ts'

/** What a ledger cannot make itself. */
export type LedgerParts = OverdueParts & {
  readonly store: Pick<Store, 'read' | 'replace' | 'readShared' | 'writeShared'>
  readonly now: () => number
}

/**
 * The slot of another process's stream. `kept`: that process has it, or this one. `orphan`: the
 * process died, and its slot goes to the process that takes the stream over. `none`: the stream
 * had lapsed, and its slot is gone with the process.
 */
export type SlotState = 'kept' | 'orphan' | 'none'

/** What the policy says of pools. */
export type PoolPolicy = { readonly rules: readonly PoolRule[]; readonly leaseMs: number }

/** How a pool stands. */
export type PoolView = { readonly name: string; readonly max: number; readonly used: number }

/**
 * How long a process may admit into a block without writing. A process that dies leaves its slots
 * unused for so long, and its streams' for one lease more.
 */
const BLOCK_MS = 120_000
/** A block is not used for its last part, so that a slow write still falls into it. */
const MARGIN_MS = 20_000
/**
 * How often the record is read by a process with spare slots, which others may need, and by one
 * without.
 */
const LOOK_MS = 1_000
const LOOK_SELDOM_MS = 10_000
/** Streams that are asked about at once, if many end together. */
const ASKED_AT_ONCE = 32

/**
 * The slots that this process has leased from pools, and the streams in them.
 *
 * A stream keeps its slot until this process knows that it has ended: because it ended it, or
 * because it removed the stream once that had lapsed. So the streams of all processes
 * never exceed a pool, also if other processes renew or stop them.
 */
export class PoolLedger {
  readonly #parts: LedgerParts
  readonly #blocks: PoolBlocks
  readonly #shares = new Map<string, PoolShare>()
  readonly #turns = new Turns<string>(() => true)

  constructor(parts: LedgerParts) {
    this.#parts = parts
    this.#blocks = new PoolBlocks(parts)
  }

  /** The name of this process, which is kept with the leases that it admits. */
  get process(): string {
    return this.#parts.process
  }

  /**
   * Takes a slot in each of these pools. The first pool without one, if there is one: then none is
   * taken.
   */
  async take(pools: readonly Pool[], stream: PooledStream, policy: PoolPolicy): Promise<Pool | undefined> {
    const taken: PoolShare[] = []
    for (const pool of pools) {
      const share = this.#shareOf(pool.name)
      if (!(await this.#takeOne(pool, share, { stream, policy }))) {
        for (const each of taken) each.release(stream.user, stream.id, stream.generation)
        return pool
      }
      taken.push(share)
    }
    return undefined
  }

  /** A lease has ended: this generation of it, or every one. */
  release(user: UserId, id: LeaseId, generation?: string): void {
    for (const share of this.#shares.values()) share.release(user, id, generation)
  }

  /** A lease goes on: who has its slot. One call to the store if the record was not seen lately. */
  async renewed(user: UserId, lease: Lease, { rules, leaseMs }: PoolPolicy): Promise<SlotState> {
    const { poolProcess } = lease
    if (poolProcess === undefined) return 'kept'
    const stream = pooled(user, lease)
    let state: SlotState = 'kept'
    for (const { name } of poolsOf(rules, lease)) {
      const share = this.#shareOf(name)
      if (share.renewed(stream)) continue
      const nowMs = this.#parts.now()
      share.heardAtMs = nowMs
      if (poolProcess === this.process) share.hold(stream)
      else {
        if (nowMs - share.lookedAtMs >= LOOK_SELDOM_MS) await this.#blocks.look(name, share)
        const found = slotIn(share.record[poolProcess], { nowMs, leaseMs })
        if (found !== 'kept') state = found
      }
    }
    return state
  }

  /** A lease has its slot in this process's block. */
  hold(user: UserId, lease: Lease, rules: readonly PoolRule[]): void {
    for (const { name } of poolsOf(rules, lease)) this.#shareOf(name).hold(pooled(user, lease))
  }

  /** Whether the process lives that has the slot of a stream in this pool, as was seen last. */
  isAlive(pool: string, process: string | undefined): boolean {
    if (process === this.process) return true
    const block = process === undefined ? undefined : this.#shares.get(pool)?.record[process]
    return block !== undefined && this.#parts.now() < block.untilMs
  }

  /** The lease of a process that died is this process's by now, as the store has it. */
  adopt(user: UserId, lease: Lease, { from, rules }: { from: string; rules: readonly PoolRule[] }): void {
    for (const { name } of poolsOf(rules, lease)) this.#shareOf(name).adopt(pooled(user, lease), from)
  }

  /** How a pool stands, with this process's own streams as they are now. */
  async view({ name, max }: Pool): Promise<PoolView> {
    const { [this.process]: own, ...others } = await this.#blocks.read(name)
    const mine = this.#shares.get(name)?.held ?? own?.used ?? 0
    return { name, max, used: usedIn(others) + mine }
  }

  /**
   * Finds out which streams have ended, and gives back slots that are not needed. Call it every
   * second.
   */
  async tend(policy: PoolPolicy): Promise<void> {
    for (const [name, share] of this.#shares) {
      await this.#turns.take(name, () => this.#tendOne(name, share, policy))
    }
  }

  /** Gives back all slots without a stream. Other processes adopt the streams that run. */
  async close(policy: PoolPolicy): Promise<void> {
    for (const [name, share] of this.#shares) {
      const pool = { name, max: 0 }
      if (share.size > 0) {
        await this.#turns.take(name, () =>
          this.#blocks.write(pool, share, { need: 'idle', leaseMs: policy.leaseMs, blockMs: 0 }),
        )
      }
    }
    this.#shares.clear()
  }

  async #takeOne(
    pool: Pool,
    share: PoolShare,
    { stream, policy }: { readonly stream: PooledStream; readonly policy: PoolPolicy },
  ): Promise<boolean> {
    const hold = () => {
      const isRoom = share.hasRoom(this.#parts.now(), MARGIN_MS)
      if (isRoom) share.hold(stream)
      return isRoom
    }
    if (hold()) return true
    return this.#turns.take(pool.name, async () => {
      if (hold()) return true
      await this.#settle(pool.name, share, policy)
      if (hold()) return true
      await this.#blocks.look(pool.name, share)
      const wish = { need: 'short', leaseMs: policy.leaseMs, blockMs: BLOCK_MS } as const
      if (this.#blocks.sizeFor(share, pool.max, wish) <= share.held) return false
      await this.#blocks.write(pool, share, wish)
      return hold()
    })
  }

  async #tendOne(name: string, share: PoolShare, policy: PoolPolicy): Promise<void> {
    await this.#settle(name, share, policy)
    const nowMs = this.#parts.now()
    const isUnused = share.held === 0 && share.size === 0
    if (isUnused && nowMs - share.heardAtMs > policy.leaseMs) {
      this.#shares.delete(name)
      return
    }
    const spare = share.size - share.held
    const isOld = share.untilMs - nowMs < BLOCK_MS / 2
    const mayBeTight = spare > 0 && nowMs - share.lookedAtMs >= LOOK_MS
    if (mayBeTight || nowMs - share.lookedAtMs >= LOOK_SELDOM_MS) await this.#blocks.look(name, share)
    if (isUnused) return
    const max = poolNamed(policy.rules, name)?.max ?? 0
    const need = isOld && share.held === 0 ? 'idle' : 'usual'
    const wish = { need, leaseMs: policy.leaseMs, blockMs: BLOCK_MS } as const
    const spareThen = this.#blocks.sizeFor(share, max, wish) - share.held
    if (isOld || share.adopted.size > 0 || spare > 2 * spareThen)
      await this.#blocks.write({ name, max }, share, wish)
  }

  /**
   * Asks the store about streams that should have ended. Another stream of the user may have taken
   * over the slot.
   */
  async #settle(name: string, share: PoolShare, { rules }: PoolPolicy): Promise<void> {
    const overdue = share.overdue(this.#parts.judgingMs())
    for (let from = 0; from < overdue.length; from += ASKED_AT_ONCE) {
      await Promise.all(
        overdue.slice(from, from + ASKED_AT_ONCE).map(async (stream) => {
          const running = await runningNow(this.#parts, stream)
          if (running === undefined) return
          share.release(stream.user, stream.id, stream.generation)
          const inPool = running.filter((lease) => poolsOf(rules, lease).some((pool) => pool.name === name))
          for (const lease of inPool) share.hold(pooled(stream.user, lease))
        }),
      )
    }
  }

  #shareOf(name: string): PoolShare {
    const share = this.#shares.get(name) ?? new PoolShare()
    this.#shares.set(name, share)
    return share
  }
}

/** A stream as the ledger keeps it. */
export function pooled(user: UserId, lease: Lease): PooledStream {
  const { id, generation, renewedAtMs } = lease
  return { user, id, generation, untilMs: lapsesAtMs(lease) ?? renewedAtMs }
}
