import { expect, it } from 'vitest'
import { factsIn, remarksOn, troublesOf } from '../src/redis/server-remarks.ts'

/** An answer to INFO of a server that is well, with some facts changed. */
function infoWith(changes: Readonly<Record<string, string>>) {
  const facts = {
    redis_version: '7.0.15',
    used_memory: '90',
    maxmemory: '100',
    maxmemory_policy: 'noeviction',
    aof_enabled: '1',
    aof_last_write_status: 'ok',
    rdb_last_bgsave_status: 'ok',
    ...changes,
  }
  return factsIn(
    Object.entries(facts)
      .map((fact) => fact.join(':'))
      .join('\r\n'),
  )
}

it.each([
  [{}, []],
  [{ maxmemory_policy: 'allkeys-lru' }, ['set it to noeviction']],
  [{ aof_enabled: '0' }, ['set appendonly to yes']],
  [{ redis_version: '6.0.20' }, ['Streamgate needs 6.2 or newer']],
  [{ redis_version: '6.2.0' }, []],
])('a server with %j is remarked on', (changes, todos) => {
  expect(remarksOn(infoWith(changes)).map(({ todo }) => todo)).toEqual(todos)
})

it.each([
  [{}, []],
  [{ used_memory: '91' }, ['raise maxmemory']],
  [{ used_memory: '91', maxmemory: '0' }, []],
  [{ rdb_last_bgsave_status: 'err' }, ['see its log, and the room on its disk']],
  [{ aof_last_write_status: 'err' }, ['see its log, and the room on its disk']],
])('a server with %j is in trouble', (changes, todos) => {
  expect(troublesOf(infoWith(changes)).map(({ todo }) => todo)).toEqual(todos)
})
