import { open, type Database } from 'lmdb'
import { READERS_MAX, ROSTERS_DATABASE } from './data-file.ts'

/**
 * How many users are in an environment whose file was inspected.
 *
 * @throws {Error} if it is not a store of Streamgate.
 */
export async function usersIn(folder: string): Promise<number> {
  const environment = open({ path: folder, noSubdir: false, readOnly: true, maxReaders: READERS_MAX })
  try {
    const options = { name: ROSTERS_DATABASE, encoding: 'binary' } as const
    const rosters: Database<Buffer, string> | undefined = environment.openDB(options)
    if (rosters === undefined) throw new Error('it is a file of LMDB, but not a store of Streamgate')
    return (rosters.getStats() as { readonly entryCount: number }).entryCount
  } finally {
    await environment.close()
  }
}

/**
 * Frees what a process that was killed held in an environment. Its snapshot would keep every page
 * that is written from then on.
 */
export async function freeStaleReaders(folder: string): Promise<void> {
  // The library looks for dead processes whenever it opens an environment.
  await open({ path: folder, noSubdir: false, readOnly: true, maxReaders: READERS_MAX }).close()
}
