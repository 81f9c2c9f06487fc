/** Users of every kind that a sweep can meet, and what it must leave of each. */
import {
  leaseIdOf,
  type Generation,
  type Lease,
  type LeaseId,
  type Note,
  type Roster,
  type RosterContent,
  type Store,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { NOW_MS } from './subjects.ts'

const LEASE_MS = 75_000

/** The stream that has finished. */
export const FINISHED = 'match'

type Kind = { readonly before: RosterContent; readonly after: RosterContent }

function leaseOf(streamId: string, expiresAtMs: number | null): Lease {
  const renewedAtMs = (expiresAtMs ?? NOW_MS) - LEASE_MS
  return {
    id: leaseIdOf({ streamId: streamId as StreamId }),
    streamId: streamId as StreamId,
    startedAtMs: renewedAtMs,
    renewedAtMs,
    expiresAtMs,
    generation: `generation of ${streamId}` as Generation,
  }
}

function noteUntil(untilMs: number): Note {
  return {
    how: 'evicted',
    leaseId: 'evicted' as LeaseId,
    generation: 'generation of evicted' as Generation,
    by: { id: 'newcomer' as LeaseId },
    atMs: untilMs - 2 * LEASE_MS,
    untilMs,
  }
}

/** A lease that lives on. */
export const LIVE = leaseOf('live', NOW_MS + 1)
const LASTING = leaseOf('lasting', null)
/** Expired, with one more millisecond to wait for a late heartbeat. */
const JUST_LAPSED = leaseOf('just lapsed', NOW_MS - LEASE_MS + 1)
/** A lease that no late heartbeat can revive. */
export const LONG_LAPSED = leaseOf('long lapsed', NOW_MS - LEASE_MS)
const OF_FINISHED = leaseOf(FINISHED, NOW_MS + LEASE_MS)
const OUTDATED = noteUntil(NOW_MS)
const USEFUL = noteUntil(NOW_MS + 1)

const NOTHING: RosterContent = { leases: [], notes: [] }

const STAYING: Readonly<Record<string, RosterContent>> = {
  'holds a live lease': { leases: [LIVE], notes: [] },
  'holds one that never lapses': { leases: [LASTING], notes: [] },
  'holds one that has just lapsed': { leases: [JUST_LAPSED, LIVE], notes: [] },
  'has a note that is still of use': { leases: [], notes: [USEFUL] },
}

const KINDS: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(Object.entries(STAYING).map(([name, as]) => [name, { before: as, after: as }])),
  'left long ago': { before: { leases: [LONG_LAPSED], notes: [OUTDATED] }, after: NOTHING },
  'left only the finished stream': { before: { leases: [OF_FINISHED], notes: [] }, after: NOTHING },
  'has only an outdated note': { before: { leases: [], notes: [OUTDATED] }, after: NOTHING },
  'holds all at once': {
    before: { leases: [LONG_LAPSED, LIVE, OF_FINISHED, LASTING, JUST_LAPSED], notes: [OUTDATED, USEFUL] },
    after: { leases: [LIVE, LASTING, JUST_LAPSED], notes: [USEFUL] },
  },
}

/** The result of one sweep of one user of each kind. */
export const TALLY_OF_EACH_KIND = {
  leasesLive: 5,
  leasesLapsed: 2,
  leasesFinished: 2,
  notesOutdated: 3,
  usersRemoved: 3,
  writesRefused: 0,
} as const

/** How many users of each kind there are. */
const PER_KIND = 5

type Expected = { readonly user: UserId; readonly after: RosterContent }

/** Puts users of every kind into the store, and returns what must be left of each. */
export async function populate(store: Store): Promise<readonly Expected[]> {
  const everyone = Object.entries(KINDS).flatMap(([name, { before, after }]) =>
    Array.from({ length: PER_KIND }, (_, index) => ({ user: `${name} ${index}` as UserId, before, after })),
  )
  for (const { user, before } of everyone) await store.replace(user, await store.read(user), before)
  return everyone
}

/** The totals of one sweep of all of them. */
export function tallyOfAll(usersSeen: number): Record<string, number> {
  const entries = Object.entries(TALLY_OF_EACH_KIND).map(([name, count]) => [name, count * PER_KIND])
  return { usersSeen, ...Object.fromEntries(entries) }
}

/** The contents of a roster, without its version. */
export function contentOf({ leases, notes }: Roster): RosterContent {
  return { leases, notes }
}

/** All users that a walk of the store meets. */
export async function everyoneIn(store: Store): Promise<UserId[]> {
  const met: UserId[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await store.scan({ pageSize: 100, ...(cursor !== undefined && { cursor }) })
    met.push(...page.users.map(({ user }) => user))
    cursor = page.cursor
  }
  return met.toSorted()
}
