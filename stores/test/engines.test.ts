import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { DYNAMODB } from '../src/dynamodb/engine.ts'
import { LMDB } from '../src/lmdb/engine.ts'
import { MEMORY } from '../src/memory/engine.ts'
import { temporaryFolder } from './temporary-folder.ts'

const ENGINES = [MEMORY, LMDB, DYNAMODB]

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

describe('the engines of the stores', () => {
  it.each(ENGINES)('$scheme reads back the address it gives', (engine) => {
    const text = { memory: 'memory:', lmdb: 'lmdb:./data', dynamodb: 'dynamodb:Users?clockSkewMs=50' }[
      engine.scheme
    ] as string
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
    [DYNAMODB, 'Users?', 'must have an option after each ? and &, got ""'],
    [DYNAMODB, 'Users?clockSkewMs=5&', 'must have an option after each ? and &, got "clockSkewMs=5&"'],
    [
      DYNAMODB,
      'Users?clockSkewMs=5&clockSkewMs=6',
      'must have clockSkewMs once, got "clockSkewMs=5&clockSkewMs=6"',
    ],
    [DYNAMODB, 'Users?clockSkewMs=05', 'must have a clockSkewMs from 0 to 60000, got "05"'],
    [DYNAMODB, 'Users?clockSkewMs=', 'must have a clockSkewMs from 0 to 60000, got ""'],
  ] as const)('%o refuses %j', (engine, text, message) => {
    expect(() => engine.parse(text)).toThrow(message)
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

  it.each(ENGINES)('$scheme loads no driver before it opens a store', ({ scheme }) => {
    const module = fileURLToPath(new URL(`../src/${scheme}/engine.ts`, import.meta.url))
    const args = ['--input-type=module', '--eval', LIST_LOADED, module]
    const loaded = execFileSync(process.execPath, args, { encoding: 'utf8' })
    expect(loaded).toContain(`/${scheme}/engine.ts`)
    expect(loaded).not.toMatch(/node_modules|-store\.ts/)
  })
})
