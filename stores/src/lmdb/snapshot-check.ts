import { Damage, signed64, unsigned64, type DataFile } from './data-file.ts'
import type { MetaPage } from './meta-page.ts'
import {
  IN_OVERFLOW,
  IS_TREE,
  isOverflow,
  isPage,
  overflowOf,
  PAGE_HEADER_BYTES,
  TreePage,
  type Key,
  type Overflow,
} from './tree-page.ts'
import { isEmpty, readTree, TREE_BYTES, type Tree } from './tree.ts'

/** LMDB's cursors go no deeper. */
const DEPTH_MAX = 32

/** Flags of trees. Only the tree of free pages has integers as keys. */
const INTEGER_KEYS = 0x08
const FOREIGN = 0x76
const ENCRYPTED = 0x2000

/** How many pages may be neither used nor listed as free: LMDB can lose some. */
const LOST_PAGES_MAX = 1024

const ID_BYTES = 8

/** The order of a tree's keys, and what to do with each entry of its leaves. */
type Walk = {
  readonly compare: (one: Key, other: Key) => number
  readonly enter: (page: TreePage, index: number, level: number) => void
}

/** The keys that a page may hold: at least `low`, and below `high`. */
type Bounds = { readonly low?: Key | undefined; readonly high?: Key | undefined }

/** A page to visit, and where it stands in its tree. */
type Visit = Bounds & { readonly number: number; readonly level: number; readonly leafLevel: number }

/**
 * Checks every page that LMDB can reach from a meta page. Each must be in the file, be of the right
 * kind, be used once and hold its keys in order. No page may be both used and listed as free. The
 * contents of values are not checked.
 */
export class SnapshotCheck {
  readonly #file: DataFile
  readonly #meta: MetaPage
  /** For each page of the file, 1 if it is used. */
  readonly #used: Uint8Array
  /** A buffer for each level, because a page is needed until its children are checked. */
  readonly #buffers: Buffer[] = []
  readonly #free: Overflow[] = []

  constructor(file: DataFile, meta: MetaPage) {
    this.#file = file
    this.#meta = meta
    this.#used = new Uint8Array(Math.floor(file.size / meta.pageBytes))
  }

  /** @throws {Damage} at the first fault. */
  run(): void {
    const { freePages, databases } = this.#meta
    assert(
      (freePages.flags & (INTEGER_KEYS | FOREIGN | ENCRYPTED)) === INTEGER_KEYS,
      'its meta page is broken',
    )
    this.#walk(freePages, 0, {
      compare: compareNumbers,
      enter: (page, index) => this.#enterFreeList(page, index),
    })
    this.#walkOurs(databases, 0, (page, index, level) => this.#enterDatabase(page, index, level))
    this.#checkFree()
  }

  #walkOurs(tree: Tree, level: number, enter: Walk['enter']): void {
    assert((tree.flags & (INTEGER_KEYS | FOREIGN)) === 0, 'the description of a tree is broken')
    this.#walk(tree, level, { compare: compareBytes, enter })
  }

  #walk(tree: Tree, level: number, walk: Walk): void {
    if (isEmpty(tree)) return
    assert(tree.depth >= 1 && tree.depth <= DEPTH_MAX, 'the description of a tree is broken')
    this.#visit({ number: tree.root, level, leafLevel: level + tree.depth - 1 }, walk)
  }

  #visit({ number, level, leafLevel, low, high }: Visit, walk: Walk): void {
    const page = new TreePage(this.#load(number, level), level === leafLevel)
    if (!isInOrder(page, { low, high }, walk.compare)) throw new Damage(`page ${number} is out of order`)
    for (let index = 0; index < page.count; index += 1) {
      if (page.isLeaf) {
        walk.enter(page, index, level)
        continue
      }
      this.#visit(
        {
          number: page.child(index),
          level: level + 1,
          leafLevel,
          low: index === 0 ? low : page.key(index),
          high: index + 1 === page.count ? high : page.key(index + 1),
        },
        walk,
      )
    }
  }

  /** An entry of the tree of databases: it describes the tree of one database. */
  #enterDatabase(page: TreePage, index: number, level: number): void {
    const { flags, length, start } = page.data(index)
    if (flags !== IS_TREE) return this.#enterRecord(page, index)
    assert(length === TREE_BYTES, 'the description of a tree is broken')
    this.#walkOurs(readTree(page.bytes, start), level + 1, (leaf, at) => this.#enterRecord(leaf, at))
  }

  #enterRecord(page: TreePage, index: number): void {
    const { flags } = page.data(index)
    assert((flags & ~IN_OVERFLOW) === 0, 'a record is broken')
    if (flags === IN_OVERFLOW) this.#useOverflow(page, index)
  }

  /** The key is the transaction that freed the pages. */
  #enterFreeList(page: TreePage, index: number): void {
    const { bytes, start, end } = page.key(index)
    assert(end - start === ID_BYTES, 'the list of free pages is broken')
    const transaction = unsigned64(bytes, start)
    assert(transaction >= 1 && transaction <= this.#meta.transaction, 'the list of free pages is broken')
    this.#noteFree(this.#freeListAt(page, index))
  }

  /** The list in an entry: its length, then so many integers. */
  #freeListAt(page: TreePage, index: number): Buffer {
    const { flags, length, start } = page.data(index)
    assert((flags & ~IN_OVERFLOW) === 0 && length >= ID_BYTES, 'the list of free pages is broken')
    if (flags === 0) return page.bytes.subarray(start, start + length)
    const { first } = this.#useOverflow(page, index)
    const list = Buffer.alloc(length)
    this.#file.read(list, first * this.#meta.pageBytes + PAGE_HEADER_BYTES)
    return list
  }

  /** 7 is page 7, -3 followed by 7 is pages 7 to 9, and a zero is a gap. */
  #noteFree(list: Buffer): void {
    const count = unsigned64(list, 0)
    assert((count + 1) * ID_BYTES <= list.length, 'the list of free pages is broken')
    for (let index = 1; index <= count; index += 1) {
      const entry = signed64(list, index * ID_BYTES)
      if (entry > 0) this.#free.push({ first: entry, count: 1 })
      if (entry >= 0) continue
      index += 1
      const first = index <= count ? signed64(list, index * ID_BYTES) : 0
      if (first !== 0) this.#free.push({ first, count: -entry })
    }
  }

  /** A free page may be behind the end of the file, because it was never written. */
  #checkFree(): void {
    const { lastPage } = this.#meta
    const pages = this.#used.length
    let behind = 0
    for (const { first, count } of this.#free) {
      assert(first >= 2 && first + count - 1 <= lastPage, 'the list of free pages is broken')
      const isUsed = this.#used.subarray(first, first + count).includes(1)
      assert(!isUsed, 'a page in use counts as free')
      behind += Math.max(0, first + count - Math.max(first, pages))
    }
    if (lastPage >= pages + behind + LOST_PAGES_MAX) throw this.#cutShort
  }

  #useOverflow(page: TreePage, index: number): Overflow {
    const data = page.data(index)
    const overflow = overflowOf(page, data)
    const { pageBytes, transaction } = this.#meta
    assert(overflow.count * pageBytes >= PAGE_HEADER_BYTES + data.length, 'a record is broken')
    this.#use(overflow)
    const header = Buffer.alloc(PAGE_HEADER_BYTES)
    this.#file.read(header, overflow.first * pageBytes)
    assert(isPage(header, overflow.first, transaction) && isOverflow(header, overflow), 'a record is broken')
    return overflow
  }

  #load(number: number, level: number): Buffer {
    this.#use({ first: number, count: 1 })
    const { pageBytes, transaction } = this.#meta
    const buffer = (this.#buffers[level] ??= Buffer.alloc(pageBytes))
    this.#file.read(buffer, number * pageBytes)
    if (!isPage(buffer, number, transaction)) throw new Damage(`page ${number} is broken`)
    return buffer
  }

  #use({ first, count }: Overflow): void {
    assert(first >= 2 && first + count - 1 <= this.#meta.lastPage, 'it refers to a page that does not exist')
    if (first + count > this.#used.length) throw this.#cutShort
    for (let number = first; number < first + count; number += 1) {
      assert(this.#used[number] === 0, 'a page is used twice')
      this.#used[number] = 1
    }
  }

  get #cutShort(): Damage {
    return new Damage(`it is cut short, at ${this.#file.size} bytes`)
  }
}

function assert(holds: boolean, orElse: string): asserts holds {
  if (!holds) throw new Damage(orElse)
}

/** LMDB never reads the first key of a branch, so it is not checked. */
function isInOrder(page: TreePage, { low, high }: Bounds, compare: Walk['compare']): boolean {
  const first = page.isLeaf ? 0 : 1
  for (let index = first + 1; index < page.count; index += 1) {
    if (compare(page.key(index - 1), page.key(index)) >= 0) return false
  }
  const isFromLow = low === undefined || compare(low, page.key(first)) <= 0
  return isFromLow && (high === undefined || compare(page.key(page.count - 1), high) < 0)
}

function compareBytes(one: Key, other: Key): number {
  return one.bytes.compare(other.bytes, other.start, other.end, one.start, one.end)
}

function compareNumbers(one: Key, other: Key): number {
  const isWhole = one.end - one.start === ID_BYTES && other.end - other.start === ID_BYTES
  assert(isWhole, 'the list of free pages is broken')
  return unsigned64(one.bytes, one.start) - unsigned64(other.bytes, other.start)
}
