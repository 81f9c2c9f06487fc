/** Several processes on one store and one pool, on a clock that only moves on request. */
import {
  isLive,
  Limiter,
  parsePolicy,
  type LeaseId,
  type StartResult,
  type Store,
  type StreamDescription,
  type UserId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { CountingStore } from './counting-store.ts'

export type World = {
  readonly store: CountingStore
  readonly limiters: Limiter[]
  readonly addLimiter: () => Limiter
  /** Moves the clock on, while every process tends its pools each second. */
  readonly pass: (ms: number) => Promise<void>
  /** How many streams of all users run, as the store has it. */
  readonly running: () => Promise<number>
  readonly start: (limiter: Limiter, user: string, rest?: object) => Promise<StartResult>
  /** Another stream of the user replaces the first. */
  readonly startInstead: (limiter: Limiter, user: string, streamId: string) => Promise<StartResult>
  readonly beat: (limiter: Limiter, user: string) => Promise<string>
  readonly stop: (limiter: Limiter, user: string) => Promise<void>
}

/** @param pool its rules. Each user has one stream, named like the user. */
export function poolWorld(
  pool: object,
  processes: number,
  { inner = new MemoryStore(), leaseSeconds = 75 }: { inner?: Store; leaseSeconds?: number } = {},
): World {
  let nowMs = 1_790_000_000_000
  let names = 0
  const store = new CountingStore(inner)
  const policy = parsePolicy({ leaseSeconds, pools: { match: pool } })
  const limiters: Limiter[] = []
  const addLimiter = () => {
    const limiter = new Limiter({
      store,
      policy,
      now: () => nowMs,
      newGeneration: () => `n${(names += 1)}`,
      pause: async () => {},
      random: () => 0.5,
    })
    limiters.push(limiter)
    return limiter
  }
  for (let index = 0; index < processes; index += 1) addLimiter()
  return {
    store,
    limiters,
    addLimiter,
    pass: async (ms) => {
      for (let passed = 0; passed < ms; passed += 1000) {
        nowMs += Math.min(1000, ms - passed)
        for (const limiter of limiters) await limiter.tendPools()
      }
    },
    running: async () => {
      let count = 0
      let cursor: string | undefined
      do {
        const page = await inner.scan({ pageSize: 1000, ...(cursor !== undefined && { cursor }) })
        for (const { roster } of page.users) {
          count += roster.leases.filter((lease) => isLive(lease, nowMs)).length
        }
        cursor = page.cursor
      } while (cursor !== undefined)
      return count
    },
    start: (limiter, user, rest) => limiter.start({ user: user as UserId, stream: streamOf(user, rest) }),
    startInstead: (limiter, user, streamId) =>
      limiter.start({
        user: user as UserId,
        stream: streamOf(user, { streamId }),
        replaces: `stream-of-${user}` as LeaseId,
      }),
    beat: async (limiter, user) =>
      (await limiter.heartbeat({ user: user as UserId, stream: streamOf(user) })).outcome,
    stop: async (limiter, user) => {
      await limiter.stop({ user: user as UserId, id: `stream-of-${user}` as LeaseId })
    },
  }
}

function streamOf(user: string, rest: object = {}): StreamDescription {
  return { streamId: `stream-of-${user}`, ...rest } as StreamDescription
}

/** Numbers from 0 up to 1 that depend on the seed alone (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
