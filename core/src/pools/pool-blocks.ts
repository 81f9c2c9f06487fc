import { LimiterError } from '../errors.ts'
import type { SharedText, Store } from '../store.ts'
import type { Pool } from './pool.ts'
import { formatRecord, nextRecord, parseRecord, type BlockWish, type PoolRecord } from './pool-record.ts'
import type { PoolShare } from './pool-share.ts'

/** What the blocks of one process need. */
export type BlocksParts = {
  readonly store: Pick<Store, 'readShared' | 'writeShared'>
  readonly process: string
  readonly now: () => number
}

/** How a process's block is to be written: see `BlockWish`. */
export type WriteWish = Pick<BlockWish, 'need' | 'blockMs' | 'leaseMs'>

/** Every conflict means that another process wrote. */
const ATTEMPTS_MAX = 30

/** Reads and writes the records of pools, in which this process has its blocks. */
export class PoolBlocks {
  readonly #parts: BlocksParts

  constructor(parts: BlocksParts) {
    this.#parts = parts
  }

  /** The record of a pool as it is now. */
  async read(name: string): Promise<PoolRecord> {
    return parseRecord((await this.#parts.store.readShared(recordName(name)))?.text)
  }

  /** Reads the record into what is known of the pool. */
  async look(name: string, share: PoolShare): Promise<void> {
    this.#see(share, await this.#parts.store.readShared(recordName(name)))
  }

  /** How large the block would become, given the record as it was seen last. */
  sizeFor(share: PoolShare, max: number, wish: WriteWish): number {
    return this.#sizeIn(this.#next(share, max, wish))
  }

  /**
   * Writes the record, again and again if other processes come before.
   *
   * A block that shrinks is used as the smaller one before it is written, because starts do not
   * wait for the write.
   *
   * @throws {LimiterError} `STORE_CONTENDED` after too many conflicts.
   */
  async write({ name, max }: Pool, share: PoolShare, wish: WriteWish): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const nowMs = this.#parts.now()
      const adopted = new Map(share.adopted)
      const record = this.#next(share, max, wish)
      const size = this.#sizeIn(record)
      share.size = Math.min(share.size, size)
      const { store } = this.#parts
      const { done, shared } = await store.writeShared(recordName(name), share.version, formatRecord(record))
      this.#see(share, shared)
      if (!done) continue
      share.noteWritten(adopted)
      share.size = size
      share.untilMs = nowMs + wish.blockMs
      return
    }
    throw new LimiterError('STORE_CONTENDED', `The pool changed under all ${ATTEMPTS_MAX} attempts`, {
      facts: { attempts: ATTEMPTS_MAX },
    })
  }

  #see(share: PoolShare, shared: SharedText | undefined): void {
    share.version = shared?.version ?? 0
    share.record = parseRecord(shared?.text)
    share.lookedAtMs = this.#parts.now()
  }

  #next(share: PoolShare, max: number, wish: WriteWish): PoolRecord {
    const { process, now } = this.#parts
    const { held, adopted, record } = share
    return nextRecord(record, { ...wish, process, held, adopted, max, nowMs: now() })
  }

  #sizeIn(record: PoolRecord): number {
    return record[this.#parts.process]?.size ?? 0
  }
}

/** The shared text that holds a pool's record. */
function recordName(pool: string): string {
  return `pool ${pool}`
}
