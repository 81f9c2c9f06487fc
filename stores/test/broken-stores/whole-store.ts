/** For each clause on whole rosters, ids, walks and failures, a store that breaks it. */
import {
  EMPTY_ROSTER,
  LimiterError,
  type Outcome,
  type Roster,
  type Store,
  type UserId,
} from '@streamgate/core'
import { GHOST, broken, folding, misscanning, readThenWrite, conflict } from './breaking.ts'

export const BROKEN_IN_THE_WHOLE: Readonly<Record<string, () => Store>> = {
  'a replace writes all leases and notes': broken((sound) => ({
    replace: (user, seen, { leases }) => sound.replace(user, seen, { leases, notes: [] }),
  })),
  'a replace without notes drops the old ones': broken((sound) => ({
    replace: async (user, seen, { leases, notes }) =>
      sound.replace(user, seen, {
        leases,
        notes: notes.length > 0 ? notes : seen.notes,
      }),
  })),
  'a replace conflicts once the roster has changed, and nothing changes': broken((sound) => ({
    replace: async (user, seen, next) => {
      const roster = await sound.read(user)
      return sound.replace(user, roster.leases.length === seen.leases.length ? roster : seen, next)
    },
  })),
  'a replace of a user never seen creates it': broken((sound) => ({
    replace: async (user, seen, next) =>
      seen.version === 0 ? conflict(sound, user) : sound.replace(user, seen, next),
  })),
  'a replace of a user never seen conflicts once there is one': broken((sound) => ({
    replace: async (user, seen, next) =>
      sound.replace(user, seen.version === 0 ? await sound.read(user) : seen, next),
  })),
  'a roster seen before an erase is not replaced after it': broken((sound) => {
    const sequence = new Map<UserId, number>()
    const counted = (user: UserId, roster: Roster) => ({ ...roster, version: sequence.get(user) ?? 0 })
    const counting = (user: UserId, outcome: Outcome) => {
      if (outcome.done) sequence.set(user, (sequence.get(user) ?? 0) + 1)
      return { ...outcome, roster: counted(user, outcome.roster) }
    }
    return {
      read: async (user) => counted(user, await sound.read(user)),
      add: async (user, lease, room) => counting(user, await sound.add(user, lease, room)),
      erase: async (user) => {
        sequence.delete(user)
        await sound.erase(user)
      },
      replace: async (user, seen, next) => {
        const isCurrent = seen.version === (sequence.get(user) ?? 0)
        if (!isCurrent) return conflict(sound, user)
        return counting(user, await sound.replace(user, await sound.read(user), next))
      },
    }
  }),
  'of many parallel replaces at one version exactly one wins': broken((sound) => ({
    replace: (user, seen, next) =>
      readThenWrite((roster) => (roster.version >= seen.version ? next : undefined))(sound, user),
  })),
  'a user whose roster is replaced by nothing holds nothing, and can be added to': broken((sound) => {
    const emptied = new Set<UserId>()
    return {
      replace: (user, seen, next) => {
        if (next.leases.length === 0) emptied.add(user)
        return sound.replace(user, seen, next)
      },
      add: (user, lease, room) => (emptied.has(user) ? conflict(sound, user) : sound.add(user, lease, room)),
    }
  }),
  'every verb returns the roster as it is after the call, done or not': broken((sound) => ({
    remove: async (user, lease, note) => {
      const before = await sound.read(user)
      return { ...(await sound.remove(user, lease, note)), roster: before }
    },
  })),
  'every write that is done changes the version': broken((sound) => ({
    renew: async (user, lease, times) => {
      const { version } = await sound.read(user)
      const outcome = await sound.renew(user, lease, times)
      return { ...outcome, roster: { ...outcome.roster, version } }
    },
  })),
  'a write that conflicts leaves the version as it was': broken((sound) => ({
    add: async (user, lease, room) => {
      const outcome = await sound.add(user, lease, room)
      return outcome.done ? outcome : { ...outcome, roster: { ...outcome.roster, version: -1 } }
    },
  })),
  'users whose ids differ in case or Unicode form alone are different users': folding((id) =>
    id.normalize('NFC'),
  ).users,
  'leases whose ids differ in case or Unicode form alone are different leases': folding((id) =>
    id.toLowerCase(),
  ).leases,
  'ids may hold anything that an engine might take for its own': folding((id) => id.split('.')[0] ?? id)
    .leases,
  'the longest ids that the API allows are kept whole': folding((id) => id.slice(0, 255)).users,
  'an erased user holds nothing, no lease and no note': broken((sound) => ({
    erase: async (user) => {
      const roster = await sound.read(user)
      await sound.replace(user, roster, { leases: [], notes: roster.notes })
    },
  })),
  'an erase touches no other user': broken((sound) => ({
    erase: async (user) => {
      const { users } = await sound.scan({ pageSize: 1000 })
      for (const other of users) if (other.user.startsWith(user)) await sound.erase(other.user)
    },
  })),
  'an erase of a user never seen does nothing': broken((sound) => {
    let isTouched = false
    return {
      erase: async () => {
        isTouched = true
      },
      scan: async (request) => (isTouched ? { users: [GHOST] } : sound.scan(request)),
    }
  }),
  'an erased user can be added to again': broken((sound) => {
    const erased = new Set<UserId>()
    return {
      erase: async (user) => {
        erased.add(user)
        await sound.erase(user)
      },
      add: (user, lease, room) => (erased.has(user) ? conflict(sound, user) : sound.add(user, lease, room)),
    }
  }),
  'a walk of an empty store meets no user and ends': misscanning((page, { cursor }) =>
    page.users.length === 0 && cursor === undefined ? { users: [], cursor: '' } : { users: [], cursor: '' },
  ),
  'a walk meets every user once, whatever the size of its pages': misscanning((page) =>
    page.cursor === undefined ? page : { ...page, users: page.users.slice(1) },
  ),
  'a walk continues from any cursor': broken((sound) => {
    let isAdvanced = false
    return {
      scan: (request) => {
        if (request.cursor === undefined) return sound.scan(request)
        const { cursor: _forgotten, ...fromTheStart } = request
        const result = sound.scan(isAdvanced ? request : fromTheStart)
        isAdvanced = true
        return result
      },
    }
  }),
  'parallel segments together meet every user once': broken((sound) => ({
    scan: ({ segment: _ignored, ...request }) => sound.scan(request),
  })),
  'a walk returns each roster as a read does': misscanning((page) => ({
    ...page,
    users: page.users.map(({ user, roster }) => ({ user, roster: { ...roster, version: 0 } })),
  })),
  'a walk meets a user of whom only notes are kept': misscanning((page) => ({
    ...page,
    users: page.users.filter(({ roster: { leases, notes } }) => leases.length + notes.length > 0),
  })),
  'an erased user is not met': broken((sound) => {
    const erased: UserId[] = []
    return {
      erase: async (user) => {
        erased.push(user)
        await sound.erase(user)
      },
      scan: async (request) => {
        const page = await sound.scan(request)
        return {
          ...page,
          users: [...page.users, ...erased.splice(0).map((user) => ({ ...GHOST, user }))].slice(
            -request.pageSize,
          ),
        }
      },
    }
  }),
  'a closed store rejects every call with STORE_CLOSED': broken((sound) => ({
    close: async () => {},
    read: (user) => sound.read(user),
  })),
  'a store may be closed twice': broken((sound) => {
    let closings = 0
    return {
      close: async () => {
        closings += 1
        if (closings === 2) throw new LimiterError('STORE_CLOSED', 'The store was closed')
        await sound.close()
      },
    }
  }),
  'writes in flight settle while the store closes': broken(() => {
    let isClosing = false
    return {
      add: async () => {
        await new Promise((resolve) => setTimeout(resolve))
        if (isClosing) throw new TypeError('Cannot read properties of undefined')
        return { done: true, roster: EMPTY_ROSTER }
      },
      close: async () => {
        isClosing = true
      },
    }
  }),
  'a driver’s failure becomes STORE_UNAVAILABLE with its cause': broken(() => ({
    read: async () => {
      throw new Error('ECONNREFUSED')
    },
  })),
}
