import type { StreamId } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { describeStoreContract } from '@streamgate/stores/contract'
import { describe, expect, it } from 'vitest'

describeStoreContract({
  name: 'MemoryStore',
  makeStore: async () => new MemoryStore(),
  makeFailingStore: { exemption: 'a Map in this process has no driver that could fail' },
  makeLastingStore: { exemption: 'what this process holds in memory is gone with the store' },
})

describe('MemoryStore', () => {
  it('misses no note in its pages though all streams were finished again in another order', async () => {
    const store = new MemoryStore()
    const ids = Array.from({ length: 1_200 }, (_, index) => `match-${index}` as StreamId)
    for (const streamId of ids) await store.noteFinished({ streamId, untilMs: 10 }, 1)
    for (const streamId of ids.toReversed()) await store.noteFinished({ streamId, untilMs: 20 }, 1)
    const read: StreamId[] = []
    let [cursor, hasMore]: [string | undefined, boolean] = [undefined, true]
    while (hasMore) {
      const page = await store.finishedSince(cursor)
      read.push(...page.streams.map(({ streamId }) => streamId))
      cursor = page.cursor
      hasMore = page.hasMore
    }
    expect(read).toEqual(ids.toReversed())
  })
})
