import { Damage, unsigned64 } from './data-file.ts'

/**
 * The header of every page, in bytes: number 8, transaction 8, unused 2, kind 2, bounds of the free
 * space 2 and 2.
 */
export const PAGE_HEADER_BYTES = 24
const TRANSACTION_OFFSET = 8
const KIND_OFFSET = 18
const LOWER_OFFSET = 20
const UPPER_OFFSET = 22
/** In the first overflow page of a long value the bounds' place holds the number of its pages. */
const OVERFLOW_COUNT_OFFSET = 20

/** Kinds of pages. */
const BRANCH = 0x01
const LEAF = 0x02
const OVERFLOW = 0x04

/**
 * An entry, in bytes: data length 4, flags 2, key length 2, key, data. In a branch the first six
 * are a page number.
 */
const FLAGS_OFFSET = 4
const KEY_LENGTH_OFFSET = 6
const ENTRY_HEADER_BYTES = 8

/** Flags of a leaf's entry: its data is in overflow pages, or it describes a tree. */
export const IN_OVERFLOW = 0x01
export const IS_TREE = 0x02
/**
 * An entry whose data is in overflow pages names them: first page 8, transaction 8, number of pages
 * 8.
 */
const OVERFLOW_ENTRY_BYTES = 24
const OVERFLOW_ENTRY_COUNT_OFFSET = 16

/** Where a key is. */
export type Key = { readonly bytes: Buffer; readonly start: number; readonly end: number }

/**
 * The data of a leaf's entry: its length, and where in the page it is, or where its overflow pages
 * are named.
 */
export type EntryData = { readonly flags: number; readonly length: number; readonly start: number }

/**
 * A page of a B+ tree: header, offsets of the entries, free space, entries. Offsets and bounds
 * count from the end of the header.
 */
export class TreePage {
  readonly bytes: Buffer
  /** How many entries it has. */
  readonly count: number
  readonly isLeaf: boolean

  /** @throws {Damage} if an offset or a length would lead LMDB out of the page. */
  constructor(bytes: Buffer, isLeaf: boolean) {
    this.bytes = bytes
    this.isLeaf = isLeaf
    const lower = bytes.readUInt16LE(LOWER_OFFSET)
    const upper = bytes.readUInt16LE(UPPER_OFFSET)
    this.count = lower / 2
    this.#assert(bytes.readUInt16LE(KIND_OFFSET) === (isLeaf ? LEAF : BRANCH))
    this.#assert(lower % 2 === 0 && lower <= upper && upper <= bytes.length - PAGE_HEADER_BYTES)
    this.#assert(this.count >= (isLeaf ? 1 : 2))
    this.#assertEntries(PAGE_HEADER_BYTES + upper)
  }

  key(index: number): Key {
    const start = this.#entry(index) + ENTRY_HEADER_BYTES
    return { bytes: this.bytes, start, end: start + this.#keyLength(index) }
  }

  /** The page that a branch's entry leads to. */
  child(index: number): number {
    const entry = this.#entry(index)
    return this.bytes.readUInt16LE(entry + FLAGS_OFFSET) * 0x1_0000_0000 + this.bytes.readUInt32LE(entry)
  }

  data(index: number): EntryData {
    const entry = this.#entry(index)
    return {
      flags: this.bytes.readUInt16LE(entry + FLAGS_OFFSET),
      length: this.bytes.readUInt32LE(entry),
      start: entry + ENTRY_HEADER_BYTES + this.#keyLength(index),
    }
  }

  /** Every entry is between the free space and the end of the page, and all of them fit there. */
  #assertEntries(begin: number): void {
    const end = this.bytes.length
    let total = 0
    for (let index = 0; index < this.count; index += 1) {
      const entry = this.#entry(index)
      this.#assert(entry % 2 === 0 && entry >= begin && entry + ENTRY_HEADER_BYTES <= end)
      const length = ENTRY_HEADER_BYTES + this.#keyLength(index) + (this.isLeaf ? this.#dataLength(index) : 0)
      this.#assert(entry + length <= end)
      total += length + (length % 2)
    }
    this.#assert(total <= end - begin)
  }

  #assert(holds: boolean): void {
    if (!holds) throw new Damage(`page ${unsigned64(this.bytes, 0)} is broken`)
  }

  #dataLength(index: number): number {
    const { flags, length } = this.data(index)
    return (flags & IN_OVERFLOW) === 0 ? length : OVERFLOW_ENTRY_BYTES
  }

  #entry(index: number): number {
    return PAGE_HEADER_BYTES + this.bytes.readUInt16LE(PAGE_HEADER_BYTES + 2 * index)
  }

  #keyLength(index: number): number {
    return this.bytes.readUInt16LE(this.#entry(index) + KEY_LENGTH_OFFSET)
  }
}

/** Consecutive pages that hold one value. */
export type Overflow = { readonly first: number; readonly count: number }

/** The pages that a leaf's entry leads to. */
export function overflowOf({ bytes }: TreePage, { start }: EntryData): Overflow {
  return { first: unsigned64(bytes, start), count: unsigned64(bytes, start + OVERFLOW_ENTRY_COUNT_OFFSET) }
}

/** Whether this is the header of that many overflow pages. */
export function isOverflow(header: Buffer, { count }: Overflow): boolean {
  return header.readUInt16LE(KIND_OFFSET) === OVERFLOW && header.readUInt32LE(OVERFLOW_COUNT_OFFSET) === count
}

/**
 * Whether a page has this number and is not from a later transaction: LMDB would take it for a page
 * it is just writing.
 */
export function isPage(bytes: Buffer, number: number, transaction: number): boolean {
  return unsigned64(bytes, 0) === number && unsigned64(bytes, TRANSACTION_OFFSET) <= transaction
}
