import { scopeOf, storedUser, userIn, type Store } from '@streamgate/core'
import { withRenamedUsers } from '@streamgate/stores/wrappers'
import { UserIdHash } from '../text/user-id-hash.ts'

/** How the store names users. */
export type StoredUsers = {
  readonly storeUserIds: 'plain' | 'hashed'
  /** The key of the hashes. Present if they are hashed. */
  readonly userIdKey: string | undefined
}

/** The store for calls by users' own ids, whatever it names them. A tenant stays readable. */
export function forUserIds(store: Store, { storeUserIds, userIdKey }: StoredUsers): Store {
  if (storeUserIds === 'plain' || userIdKey === undefined) return store
  const hash = new UserIdHash(userIdKey)
  return withRenamedUsers(store, (user) => storedUser(scopeOf(user), hash.idOf(userIn(user))))
}
