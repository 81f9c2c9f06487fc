import assert from 'node:assert/strict'
import type { Store } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'

const AWKWARD_TEXT = '{"a":"“Ü\\n\\u0000 📺"}'
const CONTENDERS = 20

export const SHARING: readonly Clause[] = [
  clause('there is no shared text before one is written', async (store) => {
    assert.equal(await store.readShared('key'), undefined)
  }),

  clause('a shared text is read back under its name alone, at its version', async (store) => {
    assert.deepEqual(await store.writeShared('key', 0, AWKWARD_TEXT), written(AWKWARD_TEXT, 1))
    assert.deepEqual(await store.readShared('key'), { text: AWKWARD_TEXT, version: 1 })
    assert.equal(await store.readShared('key.2'), undefined)
  }),

  clause('a shared text is written at the version that was seen, and only then', async (store) => {
    await store.writeShared('key', 0, 'a')
    for (const seenVersion of [0, 2]) {
      const { done, shared } = await store.writeShared('key', seenVersion, 'b')
      assert.deepEqual({ done, shared }, { done: false, shared: { text: 'a', version: 1 } })
    }
    assert.deepEqual(await store.writeShared('key', 1, 'b'), written('b', 2))
    assert.deepEqual(await store.readShared('key'), { text: 'b', version: 2 })
  }),

  clause('of many writers of a shared text at one version exactly one wins', async (store) => {
    const writers = Array.from({ length: CONTENDERS }, (_, index) => `text ${index}`)
    const outcomes = await Promise.all(writers.map((text) => store.writeShared('key', 0, text)))
    const winners = writers.filter((_, index) => outcomes[index]?.done === true)
    assert.equal(winners.length, 1)
    assert.deepEqual(await store.readShared('key'), { text: winners[0], version: 1 })
  }),
]

function written(text: string, version: number): Awaited<ReturnType<Store['writeShared']>> {
  return { done: true, shared: { text, version } }
}
