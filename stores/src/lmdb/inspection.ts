import { Damage, DataFile } from './data-file.ts'
import { readMetaPages, type MetaPage, type MetaPages } from './meta-page.ts'
import { SnapshotCheck } from './snapshot-check.ts'

/** What was found in a data file. */
export type Inspection =
  /** Nothing. LMDB makes a new environment in it. */
  | { readonly state: 'empty' }
  | (Soundness & { readonly state: 'sound' })
  /** No whole snapshot. `fault` says why, for an operator. */
  | { readonly state: 'damaged'; readonly fault: string }

/** A whole snapshot, and how LMDB can open it. */
export type Soundness = {
  readonly pageBytes: number
  /** The meta pages, 0 and 1, whose constant fields must be restored first. */
  readonly lostHeaders: readonly number[]
  /** Whether it is the older one of the two snapshots. */
  readonly isPrevious: boolean
  /** Whether the other meta page may have described a later transaction, which is then lost. */
  readonly hasLostTransaction: boolean
}

/**
 * Checks a data file without LMDB. LMDB trusts what it reads, so a damaged page ends its process.
 * If another process writes to the file at the same time, a sound file can look damaged.
 *
 * @throws {NodeJS.ErrnoException} if the file cannot be read.
 */
export function inspect(path: string): Inspection {
  const file = new DataFile(path)
  try {
    return file.size === 0 ? { state: 'empty' } : { state: 'sound', ...soundnessOf(file) }
  } catch (error) {
    if (error instanceof Damage) return { state: 'damaged', fault: error.message }
    throw error
  } finally {
    file.close()
  }
}

/** Whether nothing at all is wrong. */
export function isFlawless(inspection: Inspection): boolean {
  if (inspection.state !== 'sound') return inspection.state === 'empty'
  return !inspection.isPrevious && !inspection.hasLostTransaction && inspection.lostHeaders.length === 0
}

function soundnessOf(file: DataFile): Soundness {
  const metaPages = readMetaPages(file)
  const [one, other] = metaPages.pages
  // LMDB chooses in the same way, by the transaction alone.
  const [newest, previous] = one.transaction >= other.transaction ? [one, other] : [other, one]
  const fault = faultOf(file, newest, metaPages)
  if (fault !== undefined && faultOf(file, previous, metaPages) !== undefined) throw fault
  return {
    pageBytes: metaPages.pageBytes,
    lostHeaders: [0, 1].filter((index) => !isWhole(metaPages.pages[index], metaPages)),
    isPrevious: fault !== undefined,
    hasLostTransaction: fault !== undefined || newest.transaction - previous.transaction > 1,
  }
}

function isWhole(page: MetaPage | undefined, { pageBytes }: MetaPages): boolean {
  return page?.hasHeader === true && page.pageBytes === pageBytes
}

function faultOf(file: DataFile, meta: MetaPage, { pageBytes }: MetaPages): Damage | undefined {
  try {
    new SnapshotCheck(file, { ...meta, pageBytes }).run()
    return undefined
  } catch (error) {
    if (error instanceof Damage) return error
    throw error
  }
}
