/** For each clause on the notes that writes leave, keep or drop, a store that breaks it. */
import type { Note, Outcome, RosterContent, Store, UserId } from '@streamgate/core'
import { broken } from './breaking.ts'

/** A store whose removals leave what `noting` makes of the note and of the one before. */
const misnoting = (noting: (note: Note, before: RosterContent) => Partial<RosterContent>) =>
  broken((sound) => ({
    remove: async (user, ref, note) => {
      const { leases: _held, ...before } = await sound.read(user)
      const { done, roster } = await sound.remove(user, ref, note)
      if (!done) return { done, roster }
      return sound.replace(user, roster, { ...roster, ...noting(note, { leases: [], ...before }) })
    },
  }))

/** Writes the roster without some of its places. */
const writing = async (
  store: Store,
  { user, outcome }: { readonly user: UserId; readonly outcome: Outcome },
  { lastStop: _stop, forgottenUntilMs: _forgotten, ...rest }: RosterContent,
): Promise<Outcome> => ({ ...(await store.replace(user, outcome.roster, rest)), done: outcome.done })

export const BROKEN_IN_NOTING: Readonly<Record<string, () => Store>> = {
  'a removal leaves its note as the last stop, whatever the note says': misnoting(
    ({ leaseId, atMs, untilMs }) => ({
      lastStop: { how: 'stopped', leaseId, atMs, untilMs },
    }),
  ),
  'a removal leaves its note though it ends the last lease': broken((sound) => ({
    remove: async (user, ref, note) => {
      const outcome = await sound.remove(user, ref, note)
      if (!outcome.done || outcome.roster.leases.length > 0) return outcome
      await sound.erase(user)
      return { done: true, roster: await sound.read(user) }
    },
  })),
  'a removal replaces the note before, and keeps until when that would count': misnoting((note) => ({
    lastStop: note,
    forgottenUntilMs: note.untilMs,
  })),
  'a removal whose note ends sooner forgets no earlier that another was dropped': misnoting(
    (note, { lastStop }) => ({
      lastStop: note,
      ...(lastStop !== undefined && { forgottenUntilMs: lastStop.untilMs }),
    }),
  ),
  'a removal leaves what was forgotten until a later instant': misnoting((note, { lastStop }) => ({
    lastStop: note,
    ...(lastStop !== undefined && { forgottenUntilMs: lastStop.untilMs }),
  })),
  'a removal after a replace remembers the last stop that this wrote': broken((sound) => {
    const replaced = new Map<UserId, number>()
    return {
      replace: async (user, seen, next) => {
        const outcome = await sound.replace(user, seen, next)
        replaced.set(user, outcome.roster.version)
        return outcome
      },
      remove: async (user, ref, note) => {
        const { version, forgottenUntilMs } = await sound.read(user)
        const outcome = await sound.remove(user, ref, note)
        if (!outcome.done || version !== replaced.get(user)) return outcome
        const { forgottenUntilMs: _right, ...rest } = outcome.roster
        return sound.replace(user, outcome.roster, {
          ...rest,
          ...(forgottenUntilMs !== undefined && { forgottenUntilMs }),
        })
      },
    }
  }),
  'a removal that conflicts leaves no note': broken((sound) => ({
    remove: async (user, ref, note) => {
      const { done, roster } = await sound.remove(user, ref, note)
      if (done) return { done, roster }
      const noted = await sound.replace(user, roster, { ...roster, lastStop: note })
      return { done: false, roster: noted.roster }
    },
  })),
  'a replace writes the notes in all their places, and drops those that it does not name': broken(
    (sound) => ({
      replace: (user, seen, next) => {
        const { lastStop = seen.lastStop } = next
        return sound.replace(user, seen, { ...next, ...(lastStop !== undefined && { lastStop }) })
      },
    }),
  ),
  'a replace drops what removals have left': broken((sound) => {
    const left = new Map<UserId, number>()
    return {
      remove: async (user, ref, note) => {
        const outcome = await sound.remove(user, ref, note)
        const { forgottenUntilMs } = outcome.roster
        if (forgottenUntilMs !== undefined) left.set(user, forgottenUntilMs)
        return outcome
      },
      replace: (user, seen, next) => {
        const forgottenUntilMs = next.forgottenUntilMs ?? left.get(user)
        return sound.replace(user, seen, {
          ...next,
          ...(forgottenUntilMs !== undefined && { forgottenUntilMs }),
        })
      },
    }
  }),
  'adds leave all notes as they are, done or not': broken((sound) => ({
    add: async (user, lease, room) => {
      const outcome = await sound.add(user, lease, room)
      return outcome.done ? writing(sound, { user, outcome }, outcome.roster) : outcome
    },
  })),
  'renewals leave all notes as they are, done or not': broken((sound) => ({
    renew: async (user, ref, renewal) => {
      const outcome = await sound.renew(user, ref, renewal)
      return outcome.done ? writing(sound, { user, outcome }, outcome.roster) : outcome
    },
  })),
}
