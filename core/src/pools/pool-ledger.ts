import { LimiterError } from '../errors.ts'
import type { FinishedStreams } from '../finished-streams.ts'
import { isLive, lapsesAtMs, type Lease, type LeaseId, type UserId } from '../lease.ts'
import { heldLease } from '../roster.ts'
import type { SharedText, Store } from '../store.ts'
import { scopeOf } from '../tenants.ts'
import { Turns } from '../turns.ts'
import { poolNamed, poolsOf, type Pool, type PoolRule } from './pool.ts'
import {
  deadIn,
  formatRecord,
  nextRecord,
  parseRecord,
  usedIn,
  type BlockWish,
  type PoolRecord,
} from './pool-record.ts'
import { PoolShare, type PooledStream } from './pool-share.ts'

/** What a ledger cannot make itself. */
export type LedgerParts = {
  readonly store: Pick<Store, 'read' | 'readShared' | 'writeShared'>
  readonly finished: FinishedStreams
  /** The name of this process, which no other has. */
  readonly process: string
  readonly now: () => number
  readonly judgingMs: () => number
}

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
/** Every conflict means that another process wrote. */
const ATTEMPTS_MAX = 30

/**
 * The slots that this process has leased from pools, and the streams in them.
 *
 * A stream keeps its slot until this process knows that it has ended: because it ended it, or
 * because the store says so once the stream should have lapsed. So the streams of all processes
 * never exceed a pool, whoever renews or stops them.
 */
export class PoolLedger {
  readonly #parts: LedgerParts
  readonly #shares = new Map<string, PoolShare>()
  readonly #turns = new Turns<string>(() => true)

  constructor(parts: LedgerParts) {
    this.#parts = parts
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

  /** A lease goes on. Whether its slot is that of a process that died, so that it must be adopted. */
  renewed(user: UserId, lease: Lease, { rules }: PoolPolicy): boolean {
    const { poolProcess } = lease
    if (poolProcess === undefined) return false
    const stream = pooled(user, lease)
    let isOrphan = false
    for (const { name } of poolsOf(rules, lease)) {
      const share = this.#shareOf(name)
      if (share.renewed(stream)) continue
      const nowMs = this.#parts.now()
      share.heardAtMs = nowMs
      if (poolProcess === this.process) share.hold(stream)
      else isOrphan ||= deadIn(share.record, nowMs).has(poolProcess)
    }
    return isOrphan
  }

  /** The lease of a process that died is this process's by now, as the store has it. */
  adopt(user: UserId, lease: Lease, { from, rules }: { from: string; rules: readonly PoolRule[] }): void {
    for (const { name } of poolsOf(rules, lease)) this.#shareOf(name).adopt(pooled(user, lease), from)
  }

  /** How a pool stands, with this process's own streams as they are now. */
  async view({ name, max }: Pool): Promise<PoolView> {
    const held = await this.#parts.store.readShared(recordName(name))
    const { [this.process]: own, ...others } = parseRecord(held?.text)
    const mine = this.#shares.get(name)?.held ?? own?.used ?? 0
    return { name, max, used: usedIn(others) + mine }
  }

  /**
   * Finds out which streams have ended, gives back slots that are not needed, and takes over streams
   * of processes that died. Call it every second.
   */
  async tend(policy: PoolPolicy): Promise<void> {
    for (const [name, share] of this.#shares) {
      await this.#turns.take(name, () => this.#tendOne(name, share, policy))
    }
  }

  /** Gives back all slots without a stream. Streams that run are adopted by other processes. */
  async close(policy: PoolPolicy): Promise<void> {
    for (const [name, share] of this.#shares) {
      const pool = { name, max: 0 }
      if (share.size > 0) {
        await this.#turns.take(name, () => this.#write(pool, share, { need: 'idle', policy, blockMs: 0 }))
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
      await this.#settle(share)
      if (hold()) return true
      await this.#look(pool.name, share)
      const wish = { need: 'short', policy, blockMs: BLOCK_MS } as const
      if (this.#sizeIn(this.#next(share, pool.max, wish)) <= share.held) return false
      await this.#write(pool, share, wish)
      return hold()
    })
  }

  async #tendOne(name: string, share: PoolShare, policy: PoolPolicy): Promise<void> {
    await this.#settle(share)
    const nowMs = this.#parts.now()
    const isUnused = share.held === 0 && share.size === 0
    if (isUnused && nowMs - share.heardAtMs > policy.leaseMs) {
      this.#shares.delete(name)
      return
    }
    const spare = share.size - share.held
    const isOld = share.untilMs - nowMs < BLOCK_MS / 2
    const mayBeTight = spare > 0 && nowMs - share.lookedAtMs >= LOOK_MS
    if (mayBeTight || nowMs - share.lookedAtMs >= LOOK_SELDOM_MS) await this.#look(name, share)
    if (isUnused) return
    const max = poolNamed(policy.rules, name)?.max ?? 0
    const need = isOld && share.held === 0 ? 'idle' : 'usual'
    const wish = { need, policy, blockMs: BLOCK_MS } as const
    const spareThen = this.#sizeIn(this.#next(share, max, wish)) - share.held
    if (isOld || share.adopted.size > 0 || spare > 2 * spareThen)
      await this.#write({ name, max }, share, wish)
  }

  async #look(name: string, share: PoolShare): Promise<void> {
    this.#see(share, await this.#parts.store.readShared(recordName(name)))
  }

  #see(share: PoolShare, shared: SharedText | undefined): void {
    share.version = shared?.version ?? 0
    share.record = parseRecord(shared?.text)
    share.lookedAtMs = this.#parts.now()
  }

  /** Asks the store about streams that should have ended. */
  async #settle(share: PoolShare): Promise<void> {
    const { store, finished, judgingMs } = this.#parts
    for (const stream of share.overdue(judgingMs())) {
      const { user, id, generation } = stream
      const lease = heldLease(await store.read(user), id)
      const isHeld = lease?.generation === generation && isLive(lease, judgingMs())
      const isRunning = isHeld && !finished.has(lease.streamId, judgingMs(), scopeOf(user))
      if (isRunning && lease.poolProcess === this.process) share.hold(pooled(user, lease))
      else share.release(user, id, generation)
    }
  }

  #next(share: PoolShare, max: number, { need, policy, blockMs }: WriteWish): PoolRecord {
    const { process } = this
    const times = { nowMs: this.#parts.now(), blockMs, leaseMs: policy.leaseMs }
    const { held } = share
    return nextRecord(share.record, { process, held, need, adopted: share.adopted, max, ...times })
  }

  #sizeIn(record: PoolRecord): number {
    return record[this.process]?.size ?? 0
  }

  /** Writes the record, again and again if other processes come before. */
  async #write({ name, max }: Pool, share: PoolShare, wish: WriteWish): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const nowMs = this.#parts.now()
      const adopted = new Map(share.adopted)
      const record = this.#next(share, max, wish)
      const { store } = this.#parts
      const { done, shared } = await store.writeShared(recordName(name), share.version, formatRecord(record))
      this.#see(share, shared)
      if (!done) continue
      for (const [process, count] of adopted) {
        const left = (share.adopted.get(process) ?? 0) - count
        if (left > 0) share.adopted.set(process, left)
        else share.adopted.delete(process)
      }
      share.size = this.#sizeIn(record)
      share.untilMs = nowMs + wish.blockMs
      return
    }
    throw new LimiterError('STORE_CONTENDED', `The pool changed under all ${ATTEMPTS_MAX} attempts`, {
      facts: { attempts: ATTEMPTS_MAX },
    })
  }

  #shareOf(name: string): PoolShare {
    const share = this.#shares.get(name) ?? new PoolShare()
    this.#shares.set(name, share)
    return share
  }
}

/** How to write one's block: see `BlockWish`. */
type WriteWish = Pick<BlockWish, 'need' | 'blockMs'> & { readonly policy: PoolPolicy }

/** A stream as the ledger keeps it. */
export function pooled(user: UserId, lease: Lease): PooledStream {
  const { id, generation, renewedAtMs } = lease
  return { user, id, generation, untilMs: lapsesAtMs(lease) ?? renewedAtMs }
}

/** The shared text that holds a pool's record. */
function recordName(pool: string): string {
  return `pool ${pool}`
}
