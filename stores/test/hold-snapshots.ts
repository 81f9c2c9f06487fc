/**
 * A program that holds as many snapshots of an LMDB environment at once as many processes would,
 * says so, and keeps them until its standard input ends: `hold-snapshots.ts <folder> <count>`.
 */
import { readSync, writeSync } from 'node:fs'
import { open } from 'lmdb'

const STANDARD_INPUT = 0
const STANDARD_OUTPUT = 1

const [, , path = '', count = '0'] = process.argv
const environment = open({ path, noSubdir: false, overlappingSync: false, maxDbs: 4 })
const own = environment.openDB<number, string>({ name: 'neighbour', encoding: 'json' })
const held: unknown[] = []
try {
  for (let index = 0; index < Number(count); index += 1) {
    // Two reads of one state share a snapshot, so each snapshot needs a state of its own.
    await own.put('index', index)
    held.push(own.useReadTransaction())
  }
} catch (error) {
  writeSync(STANDARD_OUTPUT, `${held.length} held, then: ${String(error)}\n`)
  process.exit(1)
}
writeSync(STANDARD_OUTPUT, `${held.length} held\n`)
readSync(STANDARD_INPUT, Buffer.alloc(1))
process.exit(0)
