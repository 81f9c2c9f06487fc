import assert from 'node:assert/strict'
import { STREAM_ID_BYTES_MAX, type FinishedStream, type Store, type StreamId } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { hasCause, isFailure } from './failing.ts'
import { AWKWARD, LOOKALIKES } from './identity.ts'
import { held, idsOf, leaseOf, USER } from './specimens.ts'
import { usersMet } from './walking.ts'

const AT_MS = 1_000_000
const HOUR_MS = 3_600_000

/** Enough to be written and read at once in any order. */
const CONTENDERS = 200
/** More than any store returns in one page, and the most that one may return. */
const MANY = 1_200
const NOTES_PER_PAGE_MAX = 1_000
/** How many notes are written at once if it does not matter. */
const BATCH = 100
/** Reading so few notes never takes more steps. */
const STEPS_MAX = 100

export const FINISHING: readonly Clause[] = [
  clause('there are no notes if no stream has finished', async (store) => {
    assert.deepEqual((await readAll(store)).notes, {})
  }),

  clause('a finished stream is read back with the instant until which that counts', async (store) => {
    await store.noteFinished(note('match', 1_790_172_800_123), AT_MS)
    assert.deepEqual((await readAll(store)).notes, { match: 1_790_172_800_123 })
  }),

  clause('every reader gets every note, even if another has read it before', async (store) => {
    await store.noteFinished(note('match'), AT_MS)
    const first = await readAll(store)
    assert.deepEqual((await readAll(store)).notes, first.notes)
  }),

  clause('a cursor is followed by all that came since', async (store) => {
    let { cursor } = await readAll(store)
    for (const name of ['a', 'b', 'c']) {
      await store.noteFinished(note(name), AT_MS)
      const later = await readAll(store, cursor)
      assert.ok(name in later.notes, name)
      cursor = later.cursor
    }
  }),

  clause('a cursor is not followed by what is an hour older than the newest', async (store) => {
    await store.noteFinished(note('old'), AT_MS)
    await store.noteFinished(note('new', AT_MS + 3 * HOUR_MS), AT_MS + HOUR_MS)
    const { notes, cursor } = await readAll(store)
    assert.deepEqual(Object.keys(notes).toSorted(), ['new', 'old'])
    assert.equal('old' in (await readAll(store, cursor)).notes, false)
  }),

  clause('of many finishes at once none is missed, even by a reader meanwhile', async (store) => {
    const names = Array.from({ length: CONTENDERS }, (_, index) => `match-${index}`)
    const writing = { isOver: false }
    const written = Promise.all(names.map((name) => store.noteFinished(note(name), AT_MS))).finally(() => {
      writing.isOver = true
    })
    const readers = [0, 1].map(() => readWhile(store, () => !writing.isOver))
    await written
    for (const found of await Promise.all(readers)) {
      assert.deepEqual(Object.keys(found).toSorted(), names.toSorted())
    }
  }),

  clause('of two finishes of one stream the one that counts longer wins', async (store) => {
    const [sooner, later] = [AT_MS + 1_000, AT_MS + 2_000]
    for (const [place, atMs] of [AT_MS, AT_MS + 1].entries()) {
      const [rising, falling] = [`rising-${place}`, `falling-${place}`]
      await store.noteFinished(note(rising, sooner), AT_MS)
      await store.noteFinished(note(falling, later), AT_MS)
      const { cursor } = await readAll(store)
      await store.noteFinished(note(rising, later), atMs)
      await store.noteFinished(note(falling, sooner), atMs)
      const { notes } = await readAll(store)
      assert.deepEqual([notes[rising], notes[falling]], [later, later])
      assert.equal((await readAll(store, cursor)).notes[rising], later)
    }
  }),

  clause('a finish drops no note that still counts', async (store) => {
    await store.noteFinished(note('over', AT_MS + 5), AT_MS)
    await store.noteFinished(note('counting', AT_MS + 11), AT_MS)
    await store.noteFinished(note('new'), AT_MS + 10)
    const { notes } = await readAll(store)
    assert.equal(notes['counting'], AT_MS + 11)
    assert.ok('new' in notes)
  }),

  clause('a cursor stays valid though the notes before it were dropped', async (store) => {
    await store.noteFinished(note('over', AT_MS + 5), AT_MS)
    const { cursor } = await readAll(store)
    await store.noteFinished(note('new'), AT_MS + 10)
    assert.ok('new' in (await readAll(store, cursor)).notes)
  }),

  clause(
    'finished streams whose ids differ in case or Unicode form alone are different streams',
    async (store) => {
      await assertNotedApart(store, LOOKALIKES.flat())
    },
  ),

  clause('ids of finished streams may hold anything, and be as long as the API allows', async (store) => {
    const long = 's'.repeat(STREAM_ID_BYTES_MAX - 1)
    const wide = '漢'.repeat(Math.floor(STREAM_ID_BYTES_MAX / 3))
    await assertNotedApart(store, [...AWKWARD, '0', '2', `${long}a`, `${long}b`, wide])
  }),

  clause('many notes come in pages that are bounded and end', async (store) => {
    const names = Array.from({ length: MANY }, (_, index) => `match-${index}`)
    for (let start = 0; start < MANY; start += BATCH) {
      await Promise.all(
        names.slice(start, start + BATCH).map((name) => store.noteFinished(note(name), AT_MS)),
      )
    }
    const { notes, largestPage } = await readAll(store)
    assert.deepEqual(Object.keys(notes).toSorted(), names.toSorted())
    assert.ok(largestPage <= NOTES_PER_PAGE_MAX)
  }),

  clause('a finish touches no roster and shows in no walk', async (store) => {
    const before = await held(store, USER, [leaseOf('match'), leaseOf('film')])
    await store.noteFinished(note('match'), AT_MS)
    await store.noteFinished(note(USER), AT_MS)
    assert.deepEqual(await store.read(USER), before)
    const users = await usersMet(store)
    assert.deepEqual(
      users.map(({ user, roster }) => [user, idsOf(roster)]),
      [[USER, ['match', 'film']]],
    )
  }),

  clause('a finish outlives the store that noted it', async (_store, { makeLastingStore }) => {
    if ('exemption' in makeLastingStore) return
    const { store, reopen } = await makeLastingStore()
    await store.noteFinished(note('before'), AT_MS)
    const { cursor } = await readAll(store)
    await store.close()
    const reopened = await reopen()
    try {
      assert.ok('before' in (await readAll(reopened)).notes)
      await reopened.noteFinished(note('after'), AT_MS)
      assert.ok('after' in (await readAll(reopened, cursor)).notes)
    } finally {
      await reopened.close()
    }
  }),

  clause('a closed store neither notes a finished stream nor returns one', async (store) => {
    await store.noteFinished(note('match'), AT_MS)
    await store.close()
    await assert.rejects(store.noteFinished(note('match'), AT_MS), isClosed)
    await assert.rejects(store.finishedSince(), isClosed)
    await assert.rejects(store.finishedSince('0'), isClosed)
  }),

  clause(
    'a driver’s failure to read the notes becomes STORE_UNAVAILABLE with its cause',
    async (_store, { makeFailingStore }) => {
      if ('exemption' in makeFailingStore) return
      const { store } = await makeFailingStore()
      try {
        await assert.rejects(
          store.finishedSince(),
          (error) => isFailure(error, 'STORE_UNAVAILABLE') && hasCause(error),
        )
      } finally {
        await store.close()
      }
    },
  ),
]

function isClosed(error: unknown): boolean {
  return isFailure(error, 'STORE_CLOSED')
}

/** For each stream until when its note counts, by name. */
type Notes = Record<string, number>

function note(name: string, untilMs = AT_MS + 2 * HOUR_MS): FinishedStream {
  return { streamId: name as StreamId, untilMs }
}

async function assertNotedApart(store: Store, names: readonly string[]): Promise<void> {
  const instants = names.map((name, index) => [name, AT_MS + 1 + index] as const)
  for (const [name, untilMs] of instants) await store.noteFinished(note(name, untilMs), AT_MS)
  assert.deepEqual((await readAll(store)).notes, notesFrom(instants))
}

/** Reads pages from the cursor on, until the last one. */
async function readAll(store: Store, cursor?: string) {
  const read: FinishedStream[] = []
  let [position, largestPage] = [cursor, 0]
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const page = await store.finishedSince(position)
    read.push(...page.streams)
    largestPage = Math.max(largestPage, page.streams.length)
    if (!page.hasMore) return { notes: latest(read), cursor: page.cursor, largestPage }
    position = page.cursor
  }
  throw new assert.AssertionError({ message: `the notes did not end within ${STEPS_MAX} pages` })
}

/**
 * Keeps reading as a process does, for as long as it is told to and once more. Returns everything
 * it met.
 */
async function readWhile(store: Store, goesOn: () => boolean): Promise<Notes> {
  const met: FinishedStream[] = []
  let cursor: string | undefined
  for (let isLast = false; !isLast; ) {
    isLast = !goesOn()
    const { notes, cursor: next } = await readAll(store, cursor)
    met.push(...Object.entries(notes).map(([name, untilMs]) => note(name, untilMs)))
    cursor = next
    await new Promise((resolve) => setTimeout(resolve))
  }
  return latest(met)
}

function latest(read: readonly FinishedStream[]): Notes {
  const latestMs = new Map<string, number>()
  for (const { streamId, untilMs } of read) {
    latestMs.set(streamId, Math.max(untilMs, latestMs.get(streamId) ?? untilMs))
  }
  return notesFrom(latestMs)
}

/** As own members, even `__proto__`. */
function notesFrom(entries: Iterable<readonly [string, number]>): Notes {
  return Object.fromEntries(entries)
}
