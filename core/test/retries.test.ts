import { Limiter, parsePolicy, type LeaseId, type Store, type StreamId } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore } from '@streamgate/stores/wrappers'
import { beforeEach, describe, expect, it } from 'vitest'
import { USER } from './specimens.ts'

let retries: number
let generations: number

beforeEach(() => {
  retries = 0
  generations = 0
})

describe('a limiter', () => {
  it('tells of each decision that is made again, and of none that was right at once', async () => {
    const memory = new MemoryStore()
    const other = limiterOver(memory)
    await other.start(streamOf('a'))
    let overtakings = 1
    const raced = new WrappedStore(memory, async (verb, call) => {
      if (verb === 'replace' && overtakings > 0) {
        overtakings -= 1
        await other.start(streamOf('b'))
      }
      return call()
    })
    const limiter = limiterOver(raced)
    const swap = await limiter.start({ ...streamOf('c'), replaces: 'a' as LeaseId })
    expect([swap.outcome, retries]).toEqual(['admitted', 1])
    for (const id of ['c', 'd', 'e']) await limiter.start(streamOf(id))
    expect(retries).toBe(1)
  })

  it('tells of one less than it makes attempts, if it gives up', async () => {
    const restless = new WrappedStore(new MemoryStore(), (verb, call) => {
      if (verb !== 'replace') return call()
      const refusal = { done: false, roster: { leases: [], notes: [], version: 0 } }
      return Promise.resolve(refusal) as ReturnType<typeof call>
    })
    const heartbeat = limiterOver(restless).heartbeat(streamOf('a'))
    await expect(heartbeat).rejects.toMatchObject({ code: 'STORE_CONTENDED', facts: { attempts: 20 } })
    expect(retries).toBe(19)
  })
})

function streamOf(id: string) {
  return { user: USER, stream: { streamId: id as StreamId } }
}

function limiterOver(store: Store): Limiter {
  return new Limiter({
    store,
    policy: parsePolicy({ defaultPlan: 'standard', plans: { standard: { limits: [{ max: 3 }] } } }),
    now: () => 1_000_000,
    newGeneration: () => `generation-${(generations += 1)}`,
    pause: async () => {},
    random: () => 0,
    onRetry: () => {
      retries += 1
    },
  })
}
