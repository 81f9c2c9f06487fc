import type { Store, UserId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { open } from 'lmdb'

/**
 * An LMDB store on whose disk the record of one user and a note on a finished stream were changed.
 */
export async function makeDamagedLmdbStore(path: string): Promise<{ store: Store; user: UserId }> {
  const user = 'damaged' as UserId
  const environment = open({ path, noSubdir: false, maxDbs: 4 })
  const rosters = environment.openDB<Buffer, string>({ name: 'rosters.v1', encoding: 'binary' })
  await rosters.put(user, Buffer.from('{"lea'))
  const finished = environment.openDB<Buffer, number>({ name: 'finished.v1', encoding: 'binary' })
  await finished.put(1, Buffer.from('{"str'))
  await environment.close()
  return { store: new LmdbStore({ path }), user }
}
