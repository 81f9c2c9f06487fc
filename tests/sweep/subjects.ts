/** The stores that are swept, each on its real engine, and sweepers that know no real time. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Store, StreamId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { MemoryStore } from '@streamgate/stores/memory'
import { Sweeper, type SweeperParts } from '../../service/src/sweep/sweeper.ts'
import type { Dynalite } from '../../stores/test/dynalite/dynalite.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

/** Every sweep of these tests is at this instant, unless it says otherwise. */
export const NOW_MS = 1_700_000_000_000

/** A rate at which nothing waits. */
export const FLAT_OUT = 1_000_000

export type MakeStore = () => Promise<Store>

export function storesToSweep(dynalite: Dynalite): Readonly<Record<string, MakeStore>> {
  return {
    MemoryStore: async () => new MemoryStore(),
    LmdbStore: async () => new LmdbStore({ path: temporaryFolder() }),
    DynamoDbStore: () => dynalite.makeStore(),
  }
}

/** A sweeper for which these streams have finished. Its waits end in the next turn. */
export function sweeperOf(
  store: SweeperParts['store'],
  rest: Partial<SweeperParts> & { readonly finishedStreams?: readonly string[] } = {},
): Sweeper {
  const { finishedStreams = [], ...parts } = rest
  return new Sweeper({
    store,
    finished: {
      refresh: async () => {},
      has: (streamId: StreamId) => finishedStreams.includes(streamId),
    },
    now: () => NOW_MS,
    monotonicMs: () => performance.now(),
    skewMs: 0,
    pause: async () => {
      await nextTurn()
    },
    ...parts,
  })
}
