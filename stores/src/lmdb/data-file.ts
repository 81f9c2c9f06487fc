import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** LMDB's name for its data. */
export const DATA_FILE = 'data.mdb'

/** LMDB's name for the locks of its readers and writers. */
export const LOCK_FILE = 'lock.mdb'

/** The database of the rosters within an environment. The name carries the records' format. */
export const ROSTERS_DATABASE = 'rosters.v1'

/**
 * Snapshots that all processes together may read at once: two for each of the 256 workers that a
 * service may have, and as many again for other processes. It is fixed, because the process that
 * opens the environment first decides for all.
 */
export const READERS_MAX = 1024

/** What is wrong with a data file, as an operator is to read it. */
export class Damage extends Error {
  override readonly name = 'Damage'
}

/**
 * LMDB's data file, read without LMDB. A read beyond its end is an error here. In LMDB's memory map
 * it ends the process.
 */
export class DataFile {
  readonly #descriptor: number

  /** @throws {NodeJS.ErrnoException} if the file cannot be opened. */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'r')
  }

  /** In bytes, at this moment. */
  get size(): number {
    return fstatSync(this.#descriptor).size
  }

  /**
   * Fills the buffer from this offset on.
   *
   * @throws {Damage} if the file ends before.
   */
  read(into: Uint8Array, offset: number): void {
    const length = readSync(this.#descriptor, into, 0, into.length, offset)
    if (length < into.length) throw new Damage(`it is cut short, at ${this.size} bytes`)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** A 64-bit integer. Above 2^53 it is inexact, but no page and no transaction has such a number. */
export function unsigned64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset + 4) * 0x1_0000_0000 + bytes.readUInt32LE(offset)
}

/** The same, signed. */
export function signed64(bytes: Buffer, offset: number): number {
  return bytes.readInt32LE(offset + 4) * 0x1_0000_0000 + bytes.readUInt32LE(offset)
}
