/**
 * A program with a store on the given LMDB environment. Each line of its standard input is one
 * command, and each line it prints is the answer. It notes that streams have finished, all at once,
 * or lists those it had not read yet.
 */
import { createInterface } from 'node:readline'
import type { FinishedStream } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'

type Command = { readonly finish?: readonly FinishedStream[]; readonly atMs?: number }

const store = new LmdbStore({ path: process.argv[2] ?? '' })
let cursor: string | undefined

for await (const line of createInterface({ input: process.stdin })) {
  const { finish, atMs = 0 } = JSON.parse(line) as Command
  const answer =
    finish === undefined
      ? await readOn()
      : await Promise.all(finish.map((note) => store.noteFinished(note, atMs)))
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
await store.close()

async function readOn(): Promise<string[]> {
  const names: string[] = []
  for (let hasMore = true; hasMore; ) {
    const page = await store.finishedSince(cursor)
    names.push(...page.streams.map(({ streamId }) => streamId))
    cursor = page.cursor
    hasMore = page.hasMore
  }
  return names
}
