/**
 * Notes on finished streams in DynamoDB: what is written, what is asked, and that no late note is
 * missed.
 */
import type { FinishedStream, StreamId } from '@streamgate/core'
import type { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { leaseOf, USER } from '../src/contract/specimens.ts'
import { useDynalite } from './dynalite/dynalite.ts'
import { useWires } from './dynalite/wire.ts'

const dynalite = useDynalite()
const openWire = useWires(dynalite)

const AT_MS = 1_790_000_000_000
const UNTIL_MS = AT_MS + 172_800_001

const note = (name: string, untilMs = UNTIL_MS): FinishedStream => ({ streamId: name as StreamId, untilMs })

const keyOf = (name: string, atMs: number) => ({ Shard: { S: '0' }, FinishedAt: { S: `00${atMs}#${name}` } })

/** The notes behind the cursor, in one page, and where to continue. */
async function readOn(store: DynamoDbStore, from?: string) {
  const { streams, cursor, hasMore } = await store.finishedSince(from)
  expect(hasMore).toBe(false)
  return { names: streams.map(({ streamId }) => streamId), cursor }
}

describe('a note on a finished stream', () => {
  it('is an item that sorts by the writer’s clock, and has a TTL that does not end before it', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    await store.noteFinished(note('match-1'), AT_MS)
    const key = keyOf('match-1', AT_MS)
    expect(key.FinishedAt.S).toBe('001790000000000#match-1')
    expect(await dynalite.itemAt(`${tableName}-finished`, key)).toEqual({
      ...key,
      StreamId: { S: 'match-1' },
      UntilMs: { N: String(UNTIL_MS) },
      ExpiresAt: { N: '1790172801' },
    })
    await store.close()
  })

  it('takes only PutItem and Query, on its own table alone, and is read consistently', async () => {
    const wire = await openWire()
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName, endpoint: wire.endpoint })
    await store.noteFinished(note('match'), AT_MS)
    await store.noteFinished(note('match'), AT_MS)
    const { cursor } = await readOn(store)
    await readOn(store, cursor)
    expect(wire.requests.map(({ operation }) => operation)).toEqual(['PutItem', 'PutItem', 'Query', 'Query'])
    for (const { operation, body } of wire.requests) {
      expect(body['TableName']).toBe(`${tableName}-finished`)
      if (operation === 'Query') expect(body['ConsistentRead']).toBe(true)
    }
    await store.close()
  })

  it('is seen by another store on the same table', async () => {
    const tableName = await dynalite.makeTable()
    const [one, other] = [await dynalite.makeStore({ tableName }), await dynalite.makeStore({ tableName })]
    const { cursor } = await readOn(other)
    await one.noteFinished(note('match'), AT_MS)
    expect((await readOn(other, cursor)).names).toEqual(['match'])
    await one.close()
    await other.close()
  })
})

describe('a reader of the notes', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  it('meets a note that appears late, up to ten seconds before the newest', async () => {
    const store = await dynalite.makeStore()
    await store.noteFinished(note('newest'), AT_MS)
    const { cursor } = await readOn(store)
    await store.noteFinished(note('late'), AT_MS - 10_000)
    await store.noteFinished(note('too-late'), AT_MS - 10_001)
    expect((await readOn(store, cursor)).names).toEqual(['late', 'newest'])
    await store.close()
  })

  it('reads the newest again for ten seconds, and from then on nothing', async () => {
    const store = await dynalite.makeStore()
    await store.noteFinished(note('newest'), AT_MS)
    let { cursor } = await readOn(store)
    for (const [ms, names] of [
      [9_999, ['newest']],
      [1, ['newest']],
      [0, []],
      [60_000, []],
    ] as const) {
      vi.advanceTimersByTime(ms)
      const page = await readOn(store, cursor)
      expect(page.names).toEqual(names)
      cursor = page.cursor
    }
    await store.noteFinished(note('newer'), AT_MS + 5)
    expect((await readOn(store, cursor)).names).toEqual(['newer'])
    await store.close()
  })

  it('falls back no further once its newest note is gone', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    await store.noteFinished(note('old'), AT_MS - 15_000)
    await store.noteFinished(note('newest'), AT_MS)
    let { cursor } = await readOn(store)
    await dynalite.expire(`${tableName}-finished`, keyOf('newest', AT_MS))
    for (let time = 1; time <= 3; time += 1) {
      const page = await readOn(store, cursor)
      expect(page.names).toEqual([])
      cursor = page.cursor
    }
    await store.close()
  })

  it('that got its cursor from another process falls back behind it once', async () => {
    const tableName = await dynalite.makeTable()
    const [one, other] = [await dynalite.makeStore({ tableName }), await dynalite.makeStore({ tableName })]
    await one.noteFinished(note('newest'), AT_MS)
    const unsettled = await readOn(one)
    vi.advanceTimersByTime(10_000)
    const settled = await readOn(one, unsettled.cursor)
    const taken = await readOn(other, settled.cursor)
    expect(taken.names).toEqual([])
    expect((await readOn(other, taken.cursor)).names).toEqual(['newest'])
    await one.close()
    await other.close()
  })

  it('of several pages continues where the page ended, and falls back at the end even if the last is empty', async () => {
    const store = await dynalite.makeStore()
    const names = Array.from({ length: 500 }, (_, index) => `match-${index}`)
    for (let start = 0; start < names.length; start += 100) {
      await Promise.all(names.slice(start, start + 100).map((name) => store.noteFinished(note(name), AT_MS)))
    }
    const first = await store.finishedSince()
    expect([first.streams.length, first.hasMore]).toEqual([500, true])
    const last = await readOn(store, first.cursor)
    expect(last.names).toEqual([])
    await store.noteFinished(note('late'), AT_MS - 1)
    expect((await store.finishedSince(last.cursor)).streams[0]).toEqual(note('late'))
    await store.close()
  })
})

describe('a table of finished streams that is missing', () => {
  it('fails only finish and finished, and decisions continue', async () => {
    const store = await dynalite.makeStore({ tableName: await dynalite.makeUserTable() })
    const unavailable = { code: 'STORE_UNAVAILABLE', cause: { name: 'ResourceNotFoundException' } }
    await expect(store.noteFinished(note('match'), AT_MS)).rejects.toMatchObject(unavailable)
    await expect(store.finishedSince()).rejects.toMatchObject(unavailable)
    expect((await store.add(USER, leaseOf('a'), { capacity: 1 })).done).toBe(true)
    expect((await store.read(USER)).leases).toEqual([leaseOf('a')])
    await store.close()
  })
})
