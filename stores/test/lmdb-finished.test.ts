/**
 * Notes on finished streams, between processes on one LMDB environment, and how long they are kept.
 */
import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { FinishedStream, Store, StreamId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { open } from 'lmdb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const PROGRAM = fileURLToPath(new URL('finish-and-read.ts', import.meta.url))
const AT_MS = 1_000_000
const UNTIL_MS = 2_000_000

const note = (name: string, untilMs = UNTIL_MS): FinishedStream => ({ streamId: name as StreamId, untilMs })
const named = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`)

/** Another process with a store on the same environment, which carries out commands. */
class Neighbour {
  readonly #child
  readonly #lines

  constructor(path: string) {
    this.#child = spawn(process.execPath, [PROGRAM, path], { env: {}, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
    onTestFinished(() => {
      this.#child.kill('SIGKILL')
    })
  }

  /** Notes that these have finished, all at once. Resolves once all are acknowledged. */
  async finish(names: readonly string[]): Promise<void> {
    await this.#ask({ finish: names.map((name) => note(name)), atMs: AT_MS })
  }

  /** The finished streams that it had not read yet. */
  async readOn(): Promise<string[]> {
    return this.#ask({}) as Promise<string[]>
  }

  async #ask(command: unknown): Promise<unknown> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`)
    const { value } = await this.#lines.next()
    return JSON.parse(String(value)) as unknown
  }
}

async function inTurn<Item>(items: readonly Item[], act: (item: Item) => Promise<unknown>): Promise<void> {
  for (const item of items) await act(item)
}

async function readOn(store: Store, from?: string) {
  const names: string[] = []
  let [cursor, hasMore] = [from, true]
  while (hasMore) {
    const page = await store.finishedSince(cursor)
    names.push(...page.streams.map(({ streamId }) => streamId))
    cursor = page.cursor
    hasMore = page.hasMore
  }
  return { names, cursor }
}

describe('two processes on one LMDB environment', () => {
  it('read from each other which streams have finished, as soon as that is acknowledged', async () => {
    const path = temporaryFolder()
    const store = new LmdbStore({ path })
    const neighbour = new Neighbour(path)
    await store.noteFinished(note('ours'), AT_MS)
    expect(await neighbour.readOn()).toEqual(['ours'])
    const { cursor } = await readOn(store)
    await neighbour.finish(['theirs'])
    expect((await readOn(store, cursor)).names).toEqual(['theirs'])
    expect(await neighbour.readOn()).toEqual(['theirs'])
    await store.noteFinished(note('ours, later'), AT_MS)
    expect(await neighbour.readOn()).toEqual(['ours, later'])
    expect(await neighbour.readOn()).toEqual([])
    expect((await readOn(store)).names).toEqual(['ours', 'theirs', 'ours, later'])
    await store.close()
  })

  it('see what the other has acknowledged within one turn of the event loop', async () => {
    const path = temporaryFolder()
    const store = new LmdbStore({ path })
    const before = store.finishedSince()
    const input = JSON.stringify({ finish: [note('theirs')], atMs: AT_MS })
    execFileSync(process.execPath, [PROGRAM, path], { input, env: {} })
    const after = store.finishedSince()
    expect((await before).streams).toEqual([])
    expect((await after).streams).toEqual([note('theirs')])
    await store.close()
  })

  it('miss nothing while both write and read', async () => {
    const path = temporaryFolder()
    const store = new LmdbStore({ path })
    const neighbour = new Neighbour(path)
    const rounds = Array.from({ length: 10 }, (_, round) => round)
    const theirs = rounds.map((round) => named(`theirs-${round}`, 30))
    const ours = rounds.map((round) => named(`ours-${round}`, 30))
    await neighbour.readOn()
    const writing = Promise.all([
      inTurn(theirs, (names) => neighbour.finish(names)),
      inTurn(ours, (names) => Promise.all(names.map((name) => store.noteFinished(note(name), AT_MS)))),
    ])
    const met: string[] = []
    let [cursor, isOver]: [string | undefined, boolean] = [undefined, false]
    void writing.finally(() => {
      isOver = true
    })
    for (let isLast = false; !isLast; ) {
      isLast = isOver
      const { names, cursor: next } = await readOn(store, cursor)
      met.push(...names)
      cursor = next
      await new Promise((resolve) => setTimeout(resolve))
    }
    expect(met.toSorted()).toEqual([...ours, ...theirs].flat().toSorted())
    expect((await neighbour.readOn()).toSorted()).toEqual([...ours, ...theirs].flat().toSorted())
    await store.close()
  })
})

describe('notes in an LMDB environment', () => {
  it('are one for each stream, however often it is finished, and none once they have expired', async () => {
    const path = temporaryFolder()
    const store = new LmdbStore({ path })
    for (const untilMs of [5, 6, 7]) await store.noteFinished(note('often', UNTIL_MS + untilMs), AT_MS)
    await Promise.all(named('past', 250).map((name) => store.noteFinished(note(name), AT_MS)))
    expect(new Set((await readOn(store)).names).size).toBe((await readOn(store)).names.length)
    for (const name of named('new', 3)) await store.noteFinished(note(name, 2 * UNTIL_MS), UNTIL_MS + 10)
    expect((await readOn(store)).names).toEqual(named('new', 3))
    await store.close()
    const environment = open({ path, noSubdir: false, maxDbs: 4 })
    const records = environment.openDB({ name: 'finished.v1', encoding: 'json' })
    const notesTheirNumbersAndTheLast = 3 + 3 + 1
    expect(records.getKeysCount()).toBe(notesTheirNumbersAndTheLast)
    await environment.close()
  })
})
