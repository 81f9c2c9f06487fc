import { unsigned64 } from './data-file.ts'

/** A B+ tree in an LMDB environment: LMDB's `MDB_db`. */
export type Tree = {
  readonly flags: number
  /** How many pages there are from the root to a leaf, both included. */
  readonly depth: number
  /** The number of the root's page. It is above 2^53 if the tree is empty. */
  readonly root: number
}

/** Bytes of a tree's description in the file. */
export const TREE_BYTES = 48

const FLAGS_OFFSET = 4
const DEPTH_OFFSET = 6
const ROOT_OFFSET = 40

/** The tree that is described at this offset. */
export function readTree(bytes: Buffer, offset: number): Tree {
  return {
    flags: bytes.readUInt16LE(offset + FLAGS_OFFSET),
    depth: bytes.readUInt16LE(offset + DEPTH_OFFSET),
    root: unsigned64(bytes, offset + ROOT_OFFSET),
  }
}

/** Whether a tree has no page at all: all bits of its root are set. */
export function isEmpty({ root }: Tree): boolean {
  return root === 2 ** 64
}
