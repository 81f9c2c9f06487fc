import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import type { Store, UserId } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore } from '@streamgate/stores/wrappers'
import { describe, expect, it } from 'vitest'
import type { SweeperParts } from '../../service/src/sweep/sweeper.ts'
import { useDynalite } from '../../stores/test/dynalite/dynalite.ts'
import { LIMIT, Players, RaceClock } from './players.ts'
import { LONG_LAPSED } from './population.ts'
import { FLAT_OUT, NOW_MS, storesToSweep, sweeperOf } from './subjects.ts'

const SWEEPERS = 2
/** Calls of players in one race. */
const ANSWERS: Readonly<Record<string, number>> = {
  MemoryStore: 10_000,
  LmdbStore: 2_000,
  DynamoDbStore: 300,
}
/** How many races' worth of calls a blind sweeper may survive. It is caught in the first. */
const PATIENCE = 5
/** The longest wait of a sweeper between a read and the write that follows. */
const THOUGHT_MS = 40

const stores = Object.entries(storesToSweep(useDynalite()))

describe.each(stores)('players and sweepers on one %s', (name, makeStore) => {
  const answers = ANSWERS[name] ?? 0

  it('no live lease is ever lost, and there is never one too many', async () => {
    const store = await makeStore()
    const { violations, pruned, refused } = await race(store, { answers, sweptAs: careful })
    expect(violations).toEqual([])
    expect(pruned).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(0)
  }, 60_000)

  it.each([
    ['is not undone by the write', careful, [LONG_LAPSED.id]],
    ['would be undone by a blind write', blind, []],
  ] as const)('a heartbeat after the read %s', async (_what, sweptAs, left) => {
    const store = await makeStore()
    const user = 'user-1' as UserId
    await store.add(user, LONG_LAPSED, { capacity: LIMIT })
    const { scan, replace } = sweptAs(store)
    const revive = () =>
      store.renew(user, { id: LONG_LAPSED.id }, { renewedAtMs: NOW_MS, expiresAtMs: NOW_MS + 75_000 })
    const late: SweeperParts['store'] = {
      scan,
      replace: async (...write) => {
        await revive()
        return replace(...write)
      },
    }
    await sweeperOf(late).sweep({ rate: FLAT_OUT, segments: 1 })
    expect((await store.read(user)).leases.map(({ id }) => id)).toEqual(left)
    await store.close()
  })
})

it('a race on a fast store catches a sweeper that writes blindly', async () => {
  const answers = PATIENCE * 10_000
  const { violations } = await race(new MemoryStore(), { answers, sweptAs: blind })
  expect(violations).not.toEqual([])
}, 60_000)

type Result = { readonly violations: readonly string[]; readonly pruned: number; readonly refused: number }

/** Lets players race against sweepers in a tight loop, on the store that `sweptAs` returns. */
async function race(
  engine: Store,
  { answers, sweptAs }: { answers: number; sweptAs: (store: Store) => SweeperParts['store'] },
): Promise<Result> {
  const store = hesitant(engine)
  const clock = new RaceClock()
  const players = new Players(store, clock)
  const sums = { pruned: 0, refused: 0 }
  const over = new AbortController()
  const sweepUntilOver = async () => {
    const sweeper = sweeperOf(sweptAs(store), { now: () => clock.nowMs })
    while (!over.signal.aborted) {
      const { tally } = await sweeper.sweep({ rate: FLAT_OUT, segments: 1 })
      sums.pruned += tally.leasesLapsed
      sums.refused += tally.writesRefused
    }
  }
  const sweepers = Array.from({ length: SWEEPERS }, sweepUntilOver)
  await players.race(answers)
  over.abort()
  await Promise.all(sweepers)
  await store.close()
  return { violations: players.violations, ...sums }
}

/**
 * The store with a turn or two before each call, so that calls overtake each other in memory too.
 */
function hesitant(store: Store): Store {
  return new WrappedStore(store, async (_verb, call) => {
    for (let turns = Math.floor(Math.random() * 3); turns > 0; turns -= 1) await nextTurn()
    return call()
  })
}

/**
 * Waits a while, or not at all. During a wait a fast store serves so many players that the sweeper
 * can win no write.
 */
async function think(): Promise<void> {
  if (Math.random() < 0.5) await pause(Math.random() * THOUGHT_MS)
}

/**
 * A sweeper's view of the store, with time between its read and its write, in which much can
 * happen.
 */
function careful(store: Store): SweeperParts['store'] {
  return {
    scan: (request) => store.scan(request),
    replace: async (user, seen, next) => {
      await think()
      return store.replace(user, seen, next)
    },
  }
}

/**
 * What a sweeper must never do: it writes a result based on an older roster, whatever happened
 * since.
 */
function blind(store: Store): SweeperParts['store'] {
  return {
    scan: (request) => store.scan(request),
    replace: async (user, _seen, next) => {
      await think()
      let outcome = await store.replace(user, await store.read(user), next)
      while (!outcome.done) outcome = await store.replace(user, outcome.roster, next)
      return outcome
    },
  }
}
