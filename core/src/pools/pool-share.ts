import type { LeaseId, UserId } from '../lease.ts'
import type { PoolRecord } from './pool-record.ts'

/** A stream that uses a slot: whose, which lease, and until when it runs as far as is known. */
export type PooledStream = {
  readonly user: UserId
  readonly id: LeaseId
  readonly generation: string
  readonly untilMs: number
}

/** What one process knows of its block of one pool. */
export class PoolShare {
  /** The streams in the block, by user and lease, and then by generation. */
  readonly #held = new Map<string, Map<string, PooledStream>>()
  #heldCount = 0
  /** How many streams it took over from each dead process since it wrote last. */
  readonly adopted = new Map<string, number>()
  size = 0
  untilMs = Number.NEGATIVE_INFINITY
  /** The record as it was seen last, and when. */
  record: PoolRecord = {}
  version = 0
  lookedAtMs = Number.NEGATIVE_INFINITY
  /** When a stream of another process was heard from here. */
  heardAtMs = Number.NEGATIVE_INFINITY

  /** How many streams are in the block. */
  get held(): number {
    return this.#heldCount
  }

  /** Whether one more stream may be put into the block. */
  hasRoom(nowMs: number, marginMs: number): boolean {
    return this.held < this.size && nowMs + marginMs < this.untilMs
  }

  /** Puts a stream into the block, or notes that it goes on. */
  hold(stream: PooledStream): void {
    const key = keyOf(stream.user, stream.id)
    const generations = this.#held.get(key) ?? new Map<string, PooledStream>()
    this.#held.set(key, generations)
    if (!generations.has(stream.generation)) this.#heldCount += 1
    generations.set(stream.generation, stream)
  }

  /** A lease has ended: this generation of it, or every one. */
  release(user: UserId, id: LeaseId, generation?: string): void {
    const key = keyOf(user, id)
    const generations = this.#held.get(key)
    if (generations === undefined) return
    for (const each of generations.keys()) {
      if (generation !== undefined && each !== generation) continue
      generations.delete(each)
      this.#heldCount -= 1
    }
    if (generations.size === 0) this.#held.delete(key)
  }

  /** The stream goes on. Whether it is in this block. */
  renewed(stream: PooledStream): boolean {
    const isHeld = this.#held.get(keyOf(stream.user, stream.id))?.has(stream.generation) === true
    if (isHeld) this.hold(stream)
    return isHeld
  }

  /** Takes over a stream of a process that died. */
  adopt(stream: PooledStream, from: string): void {
    this.hold(stream)
    this.adopted.set(from, (this.adopted.get(from) ?? 0) + 1)
  }

  /** So many of the streams that were taken over are in the record by now. */
  noteWritten(adopted: ReadonlyMap<string, number>): void {
    for (const [process, count] of adopted) {
      const left = (this.adopted.get(process) ?? 0) - count
      if (left > 0) this.adopted.set(process, left)
      else this.adopted.delete(process)
    }
  }

  /** The streams that may have ended. */
  overdue(nowMs: number): readonly PooledStream[] {
    return [...this.#held.values()]
      .flatMap((generations) => [...generations.values()])
      .filter(({ untilMs }) => untilMs <= nowMs)
  }
}

function keyOf(user: UserId, id: LeaseId): string {
  return `${user}\n${id}`
}
