/**
 * The record of a pool: how many of its slots each process has leased, in one block.
 *
 * The sum of all blocks never exceeds the pool, except by streams that were taken over from a
 * process that died. A process admits only into its own block, so no start has to write the record.
 */

/** What one process has leased. */
export type Block = {
  readonly size: number
  /** How many of the slots were in use when the process wrote last. */
  readonly used: number
  /** The process admits into it until then. Milliseconds since the epoch. */
  readonly untilMs: number
}

/** The blocks by process. */
export type PoolRecord = Readonly<Record<string, Block>>

/** The record in a shared text. Empty if there is none. */
export function parseRecord(text: string | undefined): PoolRecord {
  return text === undefined ? {} : (JSON.parse(text) as PoolRecord)
}

/** The text of a record. */
export function formatRecord(record: PoolRecord): string {
  return JSON.stringify(record)
}

/** How many slots are leased. */
export function leasedIn(record: PoolRecord): number {
  return Object.values(record).reduce((sum, { size }) => sum + size, 0)
}

/** How many slots were in use when each process wrote last. */
export function usedIn(record: PoolRecord): number {
  return Object.values(record).reduce((sum, { used }) => sum + used, 0)
}

/** Where the slot of a stream is that a process admitted, given the block of that process. */
export function slotIn(
  block: Block | undefined,
  { nowMs, leaseMs }: { readonly nowMs: number; readonly leaseMs: number },
): 'kept' | 'orphan' | 'none' {
  if (block === undefined || nowMs < block.untilMs) return 'kept'
  // By then every stream of it that was not taken over has lapsed.
  return nowMs < block.untilMs + leaseMs ? 'orphan' : 'none'
}

/** What a process wants its block to be. */
export type BlockWish = {
  readonly process: string
  /** How many streams it has in its block. */
  readonly held: number
  /** `short`: it needs a free slot. `idle`: it needs none. */
  readonly need: 'short' | 'usual' | 'idle'
  /** How many streams it took over from each process that died. */
  readonly adopted: ReadonlyMap<string, number>
  readonly max: number
  readonly nowMs: number
  /** How long a block lasts, and how long the longest lease does. */
  readonly blockMs: number
  readonly leaseMs: number
}

/** Slots that one process takes at once at most. */
const STEP_MAX = 256
/** A process takes this part of what is free, divided by the number of processes. */
const STEPS_PER_FREE = 3
/** For clocks and requests under way, before the slots of a dead process are given away. */
const SLACK_MS = 10_000
/**
 * How long it is remembered that a process died, without slots. A player that comes back within
 * this time is judged as a newcomer. After it, a sweep has removed its lease.
 */
const REMEMBERED_MS = 86_400_000

/**
 * The record with the process's own block as it should be.
 *
 * A process keeps its streams and some spare slots: the fewer are free, the fewer of them, and none
 * once the pool is nearly full, so that no start is denied for unused slots.
 *
 * The slots of a process that died stay until every stream of it has lapsed or was taken over: for
 * the longest lease after the end of its block. A stream that is taken over brings its slot along.
 */
export function nextRecord(before: PoolRecord, wish: BlockWish): PoolRecord {
  const { process, held, need, adopted, max, nowMs, blockMs, leaseMs } = wish
  const others: Record<string, Block> = {}
  for (const [id, block] of Object.entries(before)) {
    const keptUntilMs = block.untilMs + leaseMs + SLACK_MS
    if (id === process || nowMs >= keptUntilMs + REMEMBERED_MS) continue
    if (nowMs >= keptUntilMs) {
      others[id] = { ...block, size: 0, used: 0 }
      continue
    }
    const gone = adopted.get(id) ?? 0
    others[id] = {
      ...block,
      size: Math.max(0, block.size - gone),
      used: Math.max(0, block.used - gone),
    }
  }
  const free = Math.max(0, max - leasedIn(others) - held)
  const alive = Object.values(others).filter(({ size: leased }) => leased > 0).length
  const size = held + Math.min(free, spareFor(free, alive + 1, need))
  const own = { size, used: held, untilMs: nowMs + blockMs }
  return size === 0 ? others : { ...others, [process]: own }
}

/** How many slots beyond its streams a process may keep. */
export function spareFor(free: number, processes: number, need: BlockWish['need']): number {
  if (need === 'idle') return 0
  const share = Math.min(STEP_MAX, Math.floor(free / (STEPS_PER_FREE * processes)))
  return need === 'short' ? Math.max(1, share) : share
}
