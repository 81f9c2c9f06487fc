import { LimiterError, type Store, type UserId } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore, type StoreVerb } from '@streamgate/stores/wrappers'
import { describe, expect, it } from 'vitest'
import type { SweepReport, SweepOptions } from '../../service/src/sweep/sweep-job.ts'
import { everyoneIn, FINISHED, LIVE, populate, tallyOfAll } from './population.ts'
import { FLAT_OUT, sweeperOf } from './subjects.ts'

/** Uses a clock that only moves by waiting, so that a test sees how long the sweep waited. */
class StillClock {
  nowMs = 0
  readonly pause = async (ms: number): Promise<void> => {
    this.nowMs += ms
  }
}

describe('the rate', () => {
  it.each([
    [1, 40],
    [3, 40],
    [100, 40],
    [5000, 40],
  ])('of %i users a second is kept, to the page', async (rate, users) => {
    const { seconds } = await sweepOfLive(users, { rate, segments: 1 })
    const lastPage = Math.ceil(rate / 20)
    expect(seconds).toBeGreaterThanOrEqual((users - lastPage) / rate - 1e-9)
    expect(seconds).toBeLessThanOrEqual(users / rate + 1e-9)
  })

  it('is shared by segments that are walked at once', async () => {
    const { seconds, tally } = await sweepOfLive(200, { rate: 20, segments: 4 })
    expect(tally.usersSeen).toBe(200)
    expect(seconds).toBeGreaterThan(9)
  })

  it('gives way to the budget of read capacity, as the store counts it', async () => {
    const { seconds } = await sweepOfLive(128, { rate: FLAT_OUT, readCapacity: 10, segments: 1 }, 40)
    expect(seconds).toBeCloseTo(4, 5)
  })

  it('takes a unit for each user from the budget if the store does not count', async () => {
    const { seconds } = await sweepOfLive(128, { rate: FLAT_OUT, readCapacity: 16, segments: 1 })
    expect(seconds).toBeCloseTo(64 / 16, 5)
  })
})

describe('a store that fails', () => {
  it.each(['scan', 'replace'] as const)('at %s now and then only delays the sweep', async (verb) => {
    const { engine, users } = await populated()
    const store = failing(engine, { verb, times: 4 })
    const report = await sweeperOf(store, { finishedStreams: [FINISHED] }).sweep({
      rate: FLAT_OUT,
      segments: 1,
    })
    expect(report).toMatchObject({ outcome: 'finished', tally: tallyOfAll(users) })
  })

  it('forever ends the sweep, which says why, what it did, and where it was', async () => {
    const { engine } = await populated()
    const everyone = await everyoneIn(engine)
    const store = failing(engine, { verb: 'scan', after: 2 })
    const report = await sweeperOf(store, { finishedStreams: [FINISHED] }).sweep({ rate: 100, segments: 1 })
    expect(report).toMatchObject({
      outcome: 'failed',
      tally: { usersSeen: 10 },
      left: [{ index: 0, cursor: everyone[9] }],
    })
    expect(report.failure).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

describe('a roster that is written meanwhile', () => {
  it('is judged once more, as it is then', async () => {
    const { engine, users } = await populated()
    const store = meddled(engine, 1)
    const { tally } = await sweeperOf(store, { finishedStreams: [FINISHED] }).sweep({
      rate: FLAT_OUT,
      segments: 1,
    })
    expect(tally).toEqual({ ...tallyOfAll(users), writesRefused: tally.writesRefused, usersRemoved: 0 })
    expect(tally.writesRefused).toBe(20)
    expect((await engine.read('left long ago 0' as UserId)).leases).toEqual([MEDDLER])
  })

  it('again and again is left to its writers', async () => {
    const { engine } = await populated()
    const { tally } = await sweeperOf(meddled(engine, 2), { finishedStreams: [FINISHED] }).sweep({
      rate: FLAT_OUT,
      segments: 1,
    })
    expect(tally).toMatchObject({ leasesLapsed: 0, leasesFinished: 0, writesRefused: 40 })
  })
})

describe('clocks that differ', () => {
  it('delay every judgement by their difference', async () => {
    const { engine } = await populated()
    const { tally } = await sweeperOf(engine, { skewMs: 1 }).sweep({ rate: FLAT_OUT, segments: 1 })
    expect(tally).toMatchObject({ leasesLapsed: 0, notesOutdated: 0, usersRemoved: 0 })
  })
})

/** A lease that a player starts while the sweeper decides. */
const MEDDLER = { ...LIVE, id: 'meddler' as typeof LIVE.id }

async function populated(): Promise<{ engine: MemoryStore; users: number }> {
  const engine = new MemoryStore()
  return { engine, users: (await populate(engine)).length }
}

/** A sweep of users who all hold a live lease, on a clock that only waiting moves. */
async function sweepOfLive(users: number, options: SweepOptions, readUnits?: number): Promise<SweepReport> {
  const engine = new MemoryStore()
  for (let index = 0; index < users; index += 1)
    await engine.add(`user-${index}` as UserId, LIVE, { capacity: 1 })
  const clock = new StillClock()
  const store: Pick<Store, 'scan' | 'replace'> = {
    replace: (user, seen, next) => engine.replace(user, seen, next),
    scan: async (request) => {
      const page = await engine.scan(request)
      return readUnits === undefined ? page : { ...page, readUnits }
    },
  }
  return sweeperOf(store, { monotonicMs: () => clock.nowMs, pause: clock.pause }).sweep(options)
}

/** The store, down for so many calls of a verb, or forever after so many answers. */
function failing(store: Store, how: { verb: StoreVerb; times?: number; after?: number }): Store {
  const { times = Number.POSITIVE_INFINITY, after = 0 } = how
  let calls = 0
  return new WrappedStore(store, async (verb, call) => {
    if (verb === how.verb) {
      calls += 1
      if (calls > after && calls <= after + times) throw new LimiterError('STORE_UNAVAILABLE', 'It is down')
    }
    return call()
  })
}

/**
 * The store, with another writer that changes each roster just before the sweeper does, so many
 * times.
 */
function meddled(store: Store, times: number): Pick<Store, 'scan' | 'replace'> {
  const writes = new Map<UserId, number>()
  return {
    scan: (request) => store.scan(request),
    replace: async (user, seen, next) => {
      const count = (writes.get(user) ?? 0) + 1
      writes.set(user, count)
      if (count <= times) {
        const now = await store.read(user)
        const others = now.leases.filter(({ id }) => id !== MEDDLER.id)
        await store.replace(user, now, { leases: [...others, MEDDLER], notes: now.notes })
      }
      return store.replace(user, seen, next)
    },
  }
}
