import type { Store, UserId } from '@streamgate/core'

/**
 * Forgets what ran for a user. Registered devices stay: they count for as long as the user has
 * them.
 */
export async function forgetStreams(store: Store, user: UserId): Promise<void> {
  const seen = await store.read(user)
  if (seen.registry === undefined) await store.erase(user)
  else await store.replace(user, seen, { leases: [], notes: [], registry: seen.registry })
}
