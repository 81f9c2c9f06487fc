import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { DYNAMODB } from '../src/dynamodb/engine.ts'
import { LMDB } from '../src/lmdb/engine.ts'
import { MEMORY } from '../src/memory/engine.ts'
import type { StoreEngine } from '../src/engine.ts'
import { REDIS } from '../src/redis/engine.ts'
import { temporaryFolder } from './temporary-folder.ts'

const ENGINES = [MEMORY, LMDB, DYNAMODB, ...REDIS]
const [REDIS_SINGLE, REDIS_TLS, SENTINEL, CLUSTER] = REDIS as [
  StoreEngine,
  StoreEngine,
  StoreEngine,
  StoreEngine,
]

/**
 * Prints the address of each module that is loaded when the module in its first argument is
 * imported.
 */
const LIST_LOADED = `
import { registerHooks } from 'node:module'
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    console.log(resolved.url)
    return resolved
  },
})
await import(process.argv[1])
`

const EXAMPLES: Readonly<Record<string, string>> = {
  memory: 'memory:',
  lmdb: 'lmdb:./data',
  dynamodb: 'dynamodb:Users?clockSkewMs=50',
  redis: 'redis://cache:6380/2?prefix=eu%3A',
  rediss: 'rediss://cache?ca=%2Fetc%2Fca.pem',
  'redis+sentinel': 'redis+sentinel://a,b:26380,[::1]/streams/1?tls=on',
  'redis+cluster': 'redis+cluster://a:1,b:2?clockSkewMs=50&requestTimeoutMs=400',
}

describe('the engines of the stores', () => {
  it.each(ENGINES)('$scheme reads back the address it gives', (engine) => {
    const text = EXAMPLES[engine.scheme] as string
    const address = engine.parse(text.slice(engine.scheme.length + 1))
    expect(address).toMatchObject({ engine, text })
    expect(engine.parse(address.absoluteText.slice(engine.scheme.length + 1)).absoluteText).toBe(
      address.absoluteText,
    )
  })

  it.each([
    [MEMORY, 'here', 'must be memory:, got "memory:here"'],
    [LMDB, '', 'must be lmdb:<folder>, got "lmdb:"'],
    [DYNAMODB, '', 'must be dynamodb:<table>, got "dynamodb:"'],
    [DYNAMODB, 'a/b', 'must name a table of 3 to 255 letters, digits, "_", "." and "-", got "a/b"'],
    [
      DYNAMODB,
      '//key:secret@a/Users',
      'must name a table of 3 to 255 letters, digits, "_", "." and "-", got "//***@a/Users"',
    ],
    [MEMORY, '//me:secret@a', 'must be memory:, got "memory://***@a"'],
    [DYNAMODB, 'Users?', 'must have an option after each ? and &, got ""'],
    [DYNAMODB, 'Users?clockSkewMs=5&', 'must have an option after each ? and &, got "clockSkewMs=5&"'],
    [
      DYNAMODB,
      'Users?clockSkewMs=5&clockSkewMs=6',
      'must have clockSkewMs once, got "clockSkewMs=5&clockSkewMs=6"',
    ],
    [DYNAMODB, 'Users?clockSkewMs=05', 'must have a clockSkewMs from 0 to 60000, got "05"'],
    [REDIS_SINGLE, '', 'must be redis://<host>:<port>/<database>, got "redis:"'],
    [REDIS_SINGLE, '//a,b', 'must be redis://<host>:<port>/<database>, got "redis://a,b"'],
    [REDIS_SINGLE, '//me:secret@a/x', 'must be redis://<host>:<port>/<database>, got "redis://***@a/x"'],
    [REDIS_SINGLE, '//me:se/cr@et@a', 'must be redis://<host>:<port>/<database>, got "redis://***@a"'],
    [
      SENTINEL,
      '//a?sentinelPassword=p&',
      'must have an option after each ? and &, got "sentinelPassword=***&"',
    ],
    [
      SENTINEL,
      '//a/m/x?sentinelPassword=p',
      'must be redis+sentinel://<host>:<port>,…/<master>/<database>, got "redis+sentinel://a/m/x?sentinelPassword=***"',
    ],
    [REDIS_SINGLE, '//a:0', 'must be redis://<host>:<port>/<database>, got "redis://a:0"'],
    [REDIS_SINGLE, '//a:70000', 'must be redis://<host>:<port>/<database>, got "redis://a:70000"'],
    [REDIS_SINGLE, '//a?tls=on', 'must be rediss:// for TLS, not tls=on'],
    [REDIS_SINGLE, '//a?prefix=', 'must have a prefix that is not empty'],
    [REDIS_SINGLE, '//a?password=x', 'has the options clockSkewMs, requestTimeoutMs, prefix'],
    [REDIS_TLS, '//a?cert=x', 'must have both cert and key, or none'],
    [
      SENTINEL,
      '//a',
      'must be redis+sentinel://<host>:<port>,…/<master>/<database>, got "redis+sentinel://a"',
    ],
    [CLUSTER, '//a/1', 'must be redis+cluster://<host>:<port>,…, got "redis+cluster://a/1"'],
    [DYNAMODB, 'Users?clockSkewMs=', 'must have a clockSkewMs from 0 to 60000, got ""'],
  ] as const)('%o refuses %j', (engine, text, message) => {
    expect(() => engine.parse(text)).toThrow(message)
  })

  it('redis shows no password', () => {
    const address = REDIS_SINGLE.parse('//me:p%40ss@cache/2')
    expect([address.text, address.absoluteText]).toEqual(['redis://***@cache/2', 'redis://***@cache/2'])
    expect(SENTINEL.parse('//a/m?sentinelPassword=p').text).toBe('redis+sentinel://a/m?sentinelPassword=***')
  })

  it('lmdb knows the whole path of its folder, and whether it is there', () => {
    const folder = join(temporaryFolder(), 'data')
    expect(LMDB.parse('./data').absoluteText).toBe(`lmdb:${resolve('./data')}`)
    expect(LMDB.parse(folder).isThere()).toBe(false)
    mkdirSync(folder)
    expect(LMDB.parse(folder).isThere()).toBe(true)
  })

  it('lmdb tells new files from the former ones', () => {
    const folder = temporaryFolder()
    const { identity } = LMDB.parse(folder)
    expect(identity()).toBeUndefined()
    writeFileSync(join(folder, 'data.mdb'), '')
    expect(identity()).toBeUndefined()
    writeFileSync(join(folder, 'lock.mdb'), '')
    const first = identity()
    expect(first).toMatch(/^\d+:\d+ \d+:\d+$/)
    expect(identity()).toBe(first)
    renameSync(join(folder, 'lock.mdb'), join(folder, 'former'))
    writeFileSync(join(folder, 'lock.mdb'), '')
    expect(identity()).not.toBe(first)
  })

  it('dynamodb allows for clocks that differ, the others for one clock', () => {
    expect(DYNAMODB.parse('Users').clockSkewMs).toBe(2000)
    expect(DYNAMODB.parse('Users?clockSkewMs=0').clockSkewMs).toBe(0)
    expect([MEMORY.parse(''), LMDB.parse('data')].map(({ clockSkewMs }) => clockSkewMs)).toEqual([0, 0])
  })

  it.each(['memory', 'lmdb', 'dynamodb', 'redis'])('%s loads no driver before it opens a store', (kind) => {
    const module = fileURLToPath(new URL(`../src/${kind}/engine.ts`, import.meta.url))
    const args = ['--input-type=module', '--eval', LIST_LOADED, module]
    const loaded = execFileSync(process.execPath, args, { encoding: 'utf8' })
    expect(loaded).toContain(`/${kind}/engine.ts`)
    expect(loaded).not.toMatch(/node_modules|-store\.ts/)
  })
})
