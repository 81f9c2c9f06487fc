import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { Damage, unsigned64, type DataFile } from './data-file.ts'
import { readTree, TREE_BYTES, type Tree } from './tree.ts'

/**
 * One of the two pages at the beginning of a data file. Each describes a whole snapshot.
 * Transaction N writes page N mod 2 and changes no page of the snapshot before it, so that one
 * stays whole.
 */
export type MetaPage = {
  /**
   * Whether the fields are right that LMDB writes only once. LMDB does not open a file without
   * them.
   */
  readonly hasHeader: boolean
  readonly pageBytes: number
  readonly transaction: number
  /** The highest page that the snapshot knows, used or free. */
  readonly lastPage: number
  readonly freePages: Tree
  readonly databases: Tree
}

/** Both meta pages, and the size of every page in the file. */
export type MetaPages = { readonly pageBytes: number; readonly pages: readonly [MetaPage, MetaPage] }

/** LMDB's `MDB_meta`, which follows the page's header, as far as it is read here. */
const KIND_OFFSET = 18
const META_KIND = 0x08
const MAGIC_OFFSET = 24
const MAGIC = 0xbeefc0de
const VERSION_OFFSET = 28
const VERSION = 2
/**
 * The description of the tree of free pages also holds the page size and the environment's flags.
 */
const PAGE_BYTES_OFFSET = 48
const FREE_PAGES_OFFSET = 48
const FREE_PAGES_FLAGS = 0x08
/** Set if the environment was once opened with the library's default way of flushing. */
const OVERLAPPING_SYNC = 0x1000
const DATABASES_OFFSET = FREE_PAGES_OFFSET + TREE_BYTES
const LAST_PAGE_OFFSET = 144
const TRANSACTION_OFFSET = 152
const META_BYTES = 160

/** LMDB's page sizes. */
const PAGE_BYTES = [4096, 16_384, 8192, 32_768, 65_536, 2048, 1024, 512, 256]

/**
 * Reads both pages and does not judge their contents.
 *
 * @throws {Damage} if neither page tells the page size, or the file ends before they do.
 */
export function readMetaPages(file: DataFile): MetaPages {
  const first = readMetaPage(file, 0)
  const isUsable = first.hasHeader && PAGE_BYTES.includes(first.pageBytes)
  const pageBytes = isUsable ? first.pageBytes : pageBytesOfSecond(file)
  if (pageBytes === undefined)
    throw new Damage('both of its meta pages are broken, or it is not a file of LMDB')
  if (file.size < 2 * pageBytes) throw new Damage(`it is cut short, at ${file.size} bytes`)
  return { pageBytes, pages: [first, readMetaPage(file, pageBytes)] }
}

/**
 * Restores the fields of a meta page that are the same for every transaction. No other process
 * writes other bytes to them, so this needs no lock.
 */
export function restoreHeader(path: string, index: number, pageBytes: number): void {
  const header = Buffer.alloc(VERSION_OFFSET + 4)
  header.writeUInt32LE(index, 0)
  header.writeUInt16LE(META_KIND, KIND_OFFSET)
  header.writeUInt32LE(MAGIC, MAGIC_OFFSET)
  header.writeUInt32LE(VERSION, VERSION_OFFSET)
  const format = Buffer.alloc(6)
  format.writeUInt32LE(pageBytes, 0)
  format.writeUInt16LE(FREE_PAGES_FLAGS, 4)
  const descriptor = openSync(path, 'r+')
  try {
    writeSync(descriptor, header, 0, header.length, index * pageBytes)
    writeSync(descriptor, format, 0, format.length, index * pageBytes + PAGE_BYTES_OFFSET)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function pageBytesOfSecond(file: DataFile): number | undefined {
  return PAGE_BYTES.filter((bytes) => file.size >= 2 * bytes).find((bytes) => {
    const { hasHeader, pageBytes } = readMetaPage(file, bytes)
    return hasHeader && pageBytes === bytes
  })
}

function readMetaPage(file: DataFile, offset: number): MetaPage {
  const bytes = Buffer.alloc(META_BYTES)
  file.read(bytes, offset)
  const freePages = readTree(bytes, FREE_PAGES_OFFSET)
  return {
    hasHeader:
      bytes.readUInt16LE(KIND_OFFSET) === META_KIND &&
      bytes.readUInt32LE(MAGIC_OFFSET) === MAGIC &&
      bytes.readUInt16LE(VERSION_OFFSET) === VERSION &&
      (freePages.flags & ~OVERLAPPING_SYNC) === FREE_PAGES_FLAGS,
    pageBytes: bytes.readUInt32LE(PAGE_BYTES_OFFSET),
    transaction: unsigned64(bytes, TRANSACTION_OFFSET),
    lastPage: unsigned64(bytes, LAST_PAGE_OFFSET),
    freePages,
    databases: readTree(bytes, DATABASES_OFFSET),
  }
}
