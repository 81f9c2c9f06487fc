/** Calls of DynamoDbStore on items of all kinds, and what each must cost. */
import { randomUUID } from 'node:crypto'
import type { Generation, LeaseId, Roster, StreamId, UserId } from '@streamgate/core'
import type { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { leaseOf, leaseOn, stopOf, USER } from '../src/contract/specimens.ts'
import { itemByHand, type Item } from './dynalite/dynalite.ts'

const DAY_MS = 86_400_000
const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }
const STRANGER = { id: 'a' as LeaseId, generation: 'another' as Generation }
const NOTHING = { leases: [], notes: [] }
const UNKNOWN = 'unknown' as UserId
const MATCH = { streamId: 'match' as StreamId, untilMs: 2 * DAY_MS }
const UUIDS = Array.from({ length: 50 }, () => randomUUID() as unknown as StreamId)

/** The call, on a roster as it was read. */
type Act = (store: DynamoDbStore, seen: Roster) => Promise<unknown>
/** What a call costs: its requests on the wire, in order, and capacity units. */
export type Cost = { readonly requests: string; readonly writeUnits: number; readonly readUnits: number }
/** A call, and what was done before it. */
export type Case = {
  readonly act: Act
  readonly cost: Cost
  readonly item?: Item
  readonly prepare?: (store: DynamoDbStore) => Promise<void>
}

const one = (operation: string): Cost => ({
  requests: operation,
  writeUnits: /^(?:Update|Delete|Put)Item$/u.test(operation) ? 1 : 0,
  readUnits: /^(?:GetItem|Scan|Query)$/u.test(operation) ? 1 : 0,
})
const TWO_WRITES: Cost = { requests: 'UpdateItem, UpdateItem', writeUnits: 2, readUnits: 0 }
const WRITE_AND_READ: Cost = { requests: 'UpdateItem, GetItem', writeUnits: 1, readUnits: 1 }
const BY_HAND = itemByHand(USER, ['x', 'y'])
const ALONE = { capacity: 9, soleOfDevice: true }

/** As version 0.1 wrote it: without a list of devices. */
const FORMER: Item = {
  ...itemByHand(USER, ['x', 'y@tv']),
  'L#x': { M: { s: { N: '1000' }, r: { N: '1000' }, e: { N: '2000' }, g: { S: 'g' } } },
  'L#y@tv': { M: { s: { N: '1000' }, r: { N: '1000' }, e: { N: '2000' }, g: { S: 'g' } } },
  V: { N: '7' },
  ExpiresAt: { N: '2592002' },
}
/** Adds `c` on a television to what is held. */
const onTv = async (store: DynamoDbStore): Promise<void> => {
  await store.add(USER, leaseOn('tv', 'c'), { capacity: 9 })
}
/** Makes `c` on a television the only lease. */
const onTvAlone = async (store: DynamoDbStore): Promise<void> => {
  await store.replace(USER, await store.read(USER), { leases: [leaseOn('tv', 'c')], notes: [] })
}

/** Each on a user who holds `a` and `b`, or on the given item. */
export const CASES: Readonly<Record<string, Case>> = {
  read: { act: (store) => store.read(USER), cost: one('GetItem') },
  'read, unknown user': { act: (store) => store.read(UNKNOWN), cost: one('GetItem') },
  'add, room': { act: (store) => store.add(USER, leaseOf('c'), { capacity: 3 }), cost: one('UpdateItem') },
  'add, unknown user': {
    act: (store) => store.add(UNKNOWN, leaseOf('c'), { capacity: 3 }),
    cost: one('UpdateItem'),
  },
  'add, full': { act: (store) => store.add(USER, leaseOf('c'), { capacity: 2 }), cost: one('UpdateItem') },
  'add, held already': {
    act: (store) => store.add(USER, leaseOf('a'), { capacity: 3 }),
    cost: one('UpdateItem'),
  },
  'add, never lapsing': {
    act: (store) => store.add(USER, leaseOf('c', { expiresAtMs: null }), { capacity: 3 }),
    cost: one('UpdateItem'),
  },
  'add, beside entries by hand': {
    item: BY_HAND,
    act: (store) => store.add(USER, leaseOf('c'), { capacity: 3 }),
    cost: TWO_WRITES,
  },
  'add, full of entries by hand': {
    item: BY_HAND,
    act: (store) => store.add(USER, leaseOf('c'), { capacity: 2 }),
    cost: one('UpdateItem'),
  },
  'add, on a free device': {
    act: (store) => store.add(USER, leaseOn('tv', 'c'), ALONE),
    cost: one('UpdateItem'),
  },
  'add, on a free device, unknown': {
    act: (store) => store.add(UNKNOWN, leaseOn('tv', 'c'), ALONE),
    cost: one('UpdateItem'),
  },
  'add, on a free device beside others': {
    prepare: onTv,
    act: (store) => store.add(USER, leaseOn('phone', 'd'), ALONE),
    cost: one('UpdateItem'),
  },
  'add, on a taken device': {
    prepare: onTv,
    act: (store) => store.add(USER, leaseOn('tv', 'd'), ALONE),
    cost: one('UpdateItem'),
  },
  'add, on a device, by hand': {
    item: BY_HAND,
    act: (store) => store.add(USER, leaseOn('tv', 'c'), ALONE),
    cost: TWO_WRITES,
  },
  'add, on a device, version 0.1': {
    item: FORMER,
    act: (store) => store.add(USER, leaseOn('phone', 'c'), ALONE),
    cost: TWO_WRITES,
  },
  'add, on a taken device, version 0.1': {
    item: FORMER,
    act: (store) => store.add(USER, leaseOn('tv', 'c'), ALONE),
    cost: one('UpdateItem'),
  },
  'add, version 0.1': {
    item: FORMER,
    act: (store) => store.add(USER, leaseOf('c'), { capacity: 3 }),
    cost: one('UpdateItem'),
  },
  'renew, held': { act: (store) => store.renew(USER, leaseOf('b'), LATER), cost: one('UpdateItem') },
  'renew, by a report': {
    act: (store) => store.renew(USER, leaseOf('b'), { ...LATER, reportedContentId: 'c', reportedAtMs: 1 }),
    cost: one('UpdateItem'),
  },
  'renew, version 0.1': {
    item: FORMER,
    act: (store) => store.renew(USER, { id: 'x' as LeaseId }, LATER),
    cost: one('UpdateItem'),
  },
  'renew, another generation': {
    act: (store) => store.renew(USER, STRANGER, LATER),
    cost: one('UpdateItem'),
  },
  'renew, not held': { act: (store) => store.renew(USER, leaseOf('z'), LATER), cost: one('UpdateItem') },
  'renew, unknown user': {
    act: (store) => store.renew(UNKNOWN, leaseOf('a'), LATER),
    cost: WRITE_AND_READ,
  },
  'renew, entry by hand': {
    item: BY_HAND,
    act: (store) => store.renew(USER, leaseOf('x', { generation: 'by-hand' as Generation }), LATER),
    cost: TWO_WRITES,
  },
  'renew, to never lapsing': {
    act: (store) => store.renew(USER, leaseOf('a'), { renewedAtMs: 0, expiresAtMs: null }),
    cost: one('UpdateItem'),
  },
  'renew, after three weeks': {
    act: (store) => store.renew(USER, leaseOf('a'), { renewedAtMs: 0, expiresAtMs: 24 * DAY_MS }),
    cost: TWO_WRITES,
  },
  'remove, first in the list': {
    act: (store) => store.remove(USER, leaseOf('a'), stopOf('a')),
    cost: one('UpdateItem'),
  },
  'remove, later in the list': {
    act: (store) => store.remove(USER, leaseOf('b'), stopOf('b')),
    cost: TWO_WRITES,
  },
  'remove, the only one of its device': {
    prepare: onTvAlone,
    act: (store) => store.remove(USER, leaseOn('tv', 'c'), stopOf('c@tv')),
    cost: one('UpdateItem'),
  },
  'remove, after another stop': {
    prepare: async (store) => {
      await store.remove(USER, leaseOf('a'), stopOf('a'))
    },
    act: (store) => store.remove(USER, leaseOf('b'), stopOf('b', 5_000)),
    cost: one('UpdateItem'),
  },
  'remove, entry by hand': {
    item: BY_HAND,
    act: (store) => store.remove(USER, { id: 'x' as LeaseId }, stopOf('x')),
    cost: TWO_WRITES,
  },
  'remove, version 0.1': {
    item: FORMER,
    act: (store) => store.remove(USER, { id: 'x' as LeaseId }, stopOf('x')),
    cost: TWO_WRITES,
  },
  'remove, another generation': {
    act: (store) => store.remove(USER, STRANGER, stopOf('a')),
    cost: one('UpdateItem'),
  },
  'remove, not held': {
    act: (store) => store.remove(USER, leaseOf('z'), stopOf('z')),
    cost: one('UpdateItem'),
  },
  'remove, unknown user': {
    act: (store) => store.remove(UNKNOWN, leaseOf('a'), stopOf('a')),
    cost: WRITE_AND_READ,
  },
  'replace, as seen': {
    act: (store, seen) => store.replace(USER, seen, { leases: [leaseOf('c')], notes: [] }),
    cost: one('UpdateItem'),
  },
  'replace, to never lapsing': {
    act: (store, seen) =>
      store.replace(USER, seen, { leases: [leaseOf('c', { expiresAtMs: null })], notes: [] }),
    cost: one('UpdateItem'),
  },
  'replace, changed': {
    act: (store, seen) => store.replace(USER, { ...seen, version: seen.version - 1 }, NOTHING),
    cost: one('DeleteItem'),
  },
  'replace, unknown user': {
    act: (store) => store.replace(UNKNOWN, { ...NOTHING, version: 0 }, { leases: [leaseOf('c')], notes: [] }),
    cost: one('UpdateItem'),
  },
  'replace, by nothing': {
    act: (store, seen) => store.replace(USER, seen, NOTHING),
    cost: one('DeleteItem'),
  },
  erase: { act: (store) => store.erase(USER), cost: one('DeleteItem') },
  'scan, a page of 4 KiB': { act: (store) => store.scan({ pageSize: 10 }), cost: one('Scan') },
  noteFinished: { act: (store) => store.noteFinished(MATCH, 1), cost: one('PutItem') },
  'finish, twice in one instant': {
    act: async (store) => {
      await store.noteFinished(MATCH, 1)
      await store.noteFinished(MATCH, 1)
    },
    cost: { requests: 'PutItem, PutItem', writeUnits: 2, readUnits: 0 },
  },
  readShared: { act: (store) => store.readShared('key'), cost: one('Query') },
  writeShared: { act: (store) => store.writeShared('key', 0, 'text'), cost: one('PutItem') },
  'finishedSince, nothing new': { act: (store) => store.finishedSince(), cost: one('Query') },
  'finished, 50 streams of UUIDs': {
    prepare: async (store) => {
      for (const streamId of UUIDS) await store.noteFinished({ ...MATCH, streamId }, DAY_MS)
    },
    act: (store) => store.finishedSince(),
    cost: { requests: 'Query', writeUnits: 0, readUnits: 2 },
  },
}
