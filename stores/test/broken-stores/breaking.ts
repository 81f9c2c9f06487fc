/** Ways to break a sound store. */
import {
  EMPTY_ROSTER,
  type Lease,
  type LeaseId,
  type LeaseRef,
  type Outcome,
  type Roster,
  type RosterContent,
  type ScanPage,
  type ScanRequest,
  type Store,
  type UserId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore } from '@streamgate/stores/wrappers'

/** A sound store. Each broken one differs from it in one thing. */
export class SoundStore extends WrappedStore {
  constructor() {
    super(new MemoryStore(), (_verb, call) => call())
  }
}

/** A store that is sound except for what `departure` changes. */
export function broken(departure: (sound: Store) => Partial<Store>): () => Store {
  return () => {
    const store = new SoundStore()
    const sound: Store = {
      read: store.read.bind(store),
      add: store.add.bind(store),
      renew: store.renew.bind(store),
      remove: store.remove.bind(store),
      replace: store.replace.bind(store),
      erase: store.erase.bind(store),
      scan: store.scan.bind(store),
      noteFinished: store.noteFinished.bind(store),
      finishedSince: store.finishedSince.bind(store),
      readShared: store.readShared.bind(store),
      writeShared: store.writeShared.bind(store),
      close: store.close.bind(store),
    }
    return { ...sound, ...departure(sound) }
  }
}

/** Carries out `verb` correctly, and changes its result. */
export const misreading = (change: (roster: Roster) => Roster) =>
  broken((sound) => ({ read: async (user) => change(await sound.read(user)) }))

export const withoutLeaseMember = (member: keyof Lease) =>
  misreading((roster) => ({
    ...roster,
    leases: roster.leases.map((lease) => ({ ...lease, [member]: undefined })),
  }))

/** Ids as a careless engine would compare them. */
export const folding = (fold: (id: string) => string) => ({
  users: broken((sound) => ({
    read: (user) => sound.read(fold(user) as UserId),
    add: (user, lease, room) => sound.add(fold(user) as UserId, lease, room),
  })),
  leases: broken((sound) => ({
    add: (user, lease, room) => sound.add(user, { ...lease, id: fold(lease.id) as LeaseId }, room),
    remove: (user, lease, note) => sound.remove(user, { ...lease, id: fold(lease.id) as LeaseId }, note),
  })),
})

/** Reads, waits for a turn, then writes without a condition: what a store must not do. */
export const readThenWrite =
  (decide: (roster: Roster) => RosterContent | undefined) => async (sound: Store, user: UserId) => {
    const roster = await sound.read(user)
    await new Promise((resolve) => setTimeout(resolve))
    const next = decide(roster)
    if (next === undefined) return { done: false, roster }
    await sound.erase(user)
    return sound.replace(user, await sound.read(user), next)
  }

export const ignoringGeneration = (verb: 'renew' | 'remove') =>
  broken((sound) =>
    verb === 'renew'
      ? { renew: (user, { id }, renewal) => sound.renew(user, { id }, renewal) }
      : { remove: (user, { id }, note) => sound.remove(user, { id }, note) },
  )

const isNamed = ({ generation }: LeaseRef) => generation !== undefined

/** Refuses every call that names a generation. */
export const mistakingGeneration = (verb: 'renew' | 'remove') =>
  broken((sound) => {
    return verb === 'renew'
      ? {
          renew: async (user, ref, renewal) =>
            isNamed(ref) ? conflict(sound, user) : sound.renew(user, ref, renewal),
        }
      : {
          remove: async (user, ref, note) =>
            isNamed(ref) ? conflict(sound, user) : sound.remove(user, ref, note),
        }
  })

/** Answers every scan page with what `change` makes of the right one. */
export const misscanning = (change: (page: ScanPage, request: ScanRequest) => ScanPage) =>
  broken((sound) => ({ scan: async (request) => change(await sound.scan(request), request) }))

export const GHOST = { user: 'ghost' as UserId, roster: EMPTY_ROSTER }
export const conflict = async (sound: Store, user: UserId): Promise<Outcome> => ({
  done: false,
  roster: await sound.read(user),
})
