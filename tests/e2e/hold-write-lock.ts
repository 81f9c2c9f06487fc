/**
 * A program that takes the write lock of an LMDB environment, says so, and keeps it until its
 * standard input ends. It is another process in the middle of a transaction.
 */
import { readSync, writeSync } from 'node:fs'
import { open } from 'lmdb'

const STANDARD_INPUT = 0
const STANDARD_OUTPUT = 1

const environment = open({ path: process.argv[2] ?? '', noSubdir: false, overlappingSync: false, maxDbs: 4 })
environment.transactionSync(() => {
  writeSync(STANDARD_OUTPUT, 'held\n')
  readSync(STANDARD_INPUT, Buffer.alloc(1))
})
await environment.close()
