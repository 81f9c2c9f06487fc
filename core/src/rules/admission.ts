import { EVICTIONS_MAX, inTurn } from './eviction.ts'
import { graceUntil, inGrace, outOfGrace } from './grace.ts'
import { isLive, lapsesAtMs, renewedLease, type Lease, type LeaseId, type Renewal } from '../lease.ts'
import {
  fullLimit,
  headlineLimit,
  holdersOf,
  isIgnored,
  isOneCount,
  limitsOn,
  type FullLimit,
} from './limits.ts'
import { notesAfter } from './notes.ts'
import type { Limit, Plan } from '../plan.ts'
import { heldLease, liveLeases, type Roster, type RosterContent } from '../roster.ts'
import type { LeaseRef, Room } from '../store.ts'

/** What a newcomer asks for: its lease as it would be held, under a plan. */
export type Claim = {
  readonly newcomer: Lease
  readonly plan: Plan
  /** A lease to end in the same step. One that is not held, or is the newcomer itself, changes nothing. */
  readonly replaces?: LeaseId | undefined
  /**
   * Whether this is a player going on, and not a viewer's wish to watch here. Its answer then holds only for
   * the roster it was given for, because an eviction it has not seen must not be undone by it; and it
   * makes nobody leave but the one it `replaces`, and opens no grace.
   */
  readonly isHeartbeat?: boolean
}

/** The one conditional write that makes a decision true; where it is refused, the decision was out of date. */
export type Write =
  | { readonly verb: 'add'; readonly lease: Lease; readonly room: Room }
  | { readonly verb: 'renew'; readonly lease: LeaseRef; readonly renewal: Renewal }
  | { readonly verb: 'replace'; readonly next: RosterContent }

/** A limit is reached: which, who stands in the way, and when the first of them can lapse. */
export type Denial = {
  readonly outcome: 'denied'
  readonly limit: Limit
  /** Exactly the live leases that this limit counts, oldest first. */
  readonly holders: readonly Lease[]
  /** From now to the earliest lapse of a holder, more than 0; `null` where none can lapse. */
  readonly retryAfterMs: number | null
}

/** One more stream runs, or ran already; true once the write is done. */
export type Admittance = {
  readonly outcome: 'admitted' | 'renewed'
  readonly write: Write
  /** The live leases that end with it. */
  readonly ends: readonly Lease[]
}

/** `admitted`: one more stream runs. `renewed`: it ran already. */
export type Admission = Admittance | Denial

/**
 * Decides whether a user may start one more stream.
 *
 * Asking again for a stream that is already held renews it and is never denied, because a player
 * that lost our answer must be able to repeat its question. A held lease that has lapsed is revived
 * by the same rule: it stands in the roster, and a roster never holds more than its limit. Only a
 * stream in grace, which stands there above the limit, is judged each time.
 */
export function admit(roster: Roster, claim: Claim, nowMs: number): Admission {
  const held = heldLease(roster, claim.newcomer.id)
  if (held === undefined) return admitNewcomer(roster, claim, nowMs)
  return held.graceUntilMs === undefined
    ? renew(roster, { claim, held }, nowMs)
    : judgeGrace(roster, { claim, held, graceUntilMs: held.graceUntilMs }, nowMs)
}

function admitNewcomer(roster: Roster, claim: Claim, nowMs: number): Admission {
  const { newcomer, plan } = claim
  const leaving = leavingLeases(roster, claim)
  const staying = without(liveLeases(roster, nowMs), leaving)
  const room = makeRoom(staying, claim)
  if (!('limit' in room)) {
    const write = writeFor(roster, { claim, leaving, staying, evicted: room }, nowMs)
    return { outcome: 'admitted', write, ends: endedBy(leaving, room, nowMs) }
  }

  const untilMs = claim.isHeartbeat === true ? undefined : graceUntil(plan, roster, nowMs)
  const extra = plan.grace?.streams ?? 0
  if (untilMs === undefined || fullLimit({ plan, newcomer, extra }, staying) !== undefined) {
    return deny(roster, { claim, limit: room.limit }, nowMs)
  }
  const lease = inGrace(newcomer, untilMs)
  const write = replaceBy(roster, { claim, leases: [...staying, lease], ends: leaving }, nowMs)
  return { outcome: 'admitted', write, ends: endedBy(leaving, [], nowMs) }
}

/**
 * Those of the staying who have to go for the newcomer; where that makes no room, the limit in its way.
 *
 * Whoever is last in turn is kept first, and then each for whom there is room beside those kept. So each
 * that goes is in the way of some limit all of whose other holders are behind it in turn, and none
 * goes in vain because another limit asks for more.
 */
function makeRoom(staying: readonly Lease[], claim: Claim): readonly Lease[] | FullLimit {
  const { newcomer, plan, isHeartbeat } = claim
  const { whenFull } = plan
  const full = fullLimit({ plan, newcomer }, staying)
  if (full === undefined) return []
  if (isHeartbeat === true || whenFull === 'deny') return full
  const rooms = limitsOn(claim).map((limit) => {
    return { holders: new Set(holdersOf(limit, claim, staying)), left: limit.max - 1 }
  })
  const evicted: Lease[] = []
  for (const lease of inTurn(whenFull, staying).toReversed()) {
    const taken = rooms.filter(({ holders }) => holders.has(lease))
    if (taken.some(({ left }) => left === 0)) evicted.push(lease)
    else for (const room of taken) room.left -= 1
  }
  return evicted.length <= EVICTIONS_MAX ? evicted.toReversed() : full
}

type Arrival = {
  readonly claim: Claim
  readonly leaving: readonly Lease[]
  readonly staying: readonly Lease[]
  readonly evicted: readonly Lease[]
}

/** The room that a newcomer needs if a count is all that its plan asks; else none that a store can judge. */
export function roomFor(claim: Claim): Room | undefined {
  const { plan, isHeartbeat } = claim
  if (!isOneCount(plan) || replacesAnother(claim) || isHeartbeat === true) return undefined
  const soleOfDevice = takesDevice(claim)
  return { capacity: headlineLimit(plan).max, ...(soleOfDevice && { soleOfDevice }) }
}

/**
 * An `add` if a count is all that the plan asks and no lease has to go. Else the whole roster, without what has
 * lapsed: it holds only for the roster that was judged, so a stream to be replaced cannot slip in beside it.
 */
function writeFor(roster: Roster, { claim, leaving, staying, evicted }: Arrival, nowMs: number): Write {
  const ends = [...leaving, ...evicted]
  const room = roomFor(claim)
  if (room !== undefined && ends.length === 0 && roster.leases.length < room.capacity) {
    return { verb: 'add', lease: claim.newcomer, room }
  }
  return replaceBy(roster, { claim, leases: [...without(staying, evicted), claim.newcomer], ends }, nowMs)
}

type Replacement = {
  readonly claim: Claim
  readonly leases: readonly Lease[]
  readonly ends: readonly Lease[]
}

/** The roster with these leases: those in `ends` learn by whom they ended, and what else is gone had lapsed. */
function replaceBy(roster: Roster, { claim, leases, ends }: Replacement, nowMs: number): Write {
  const lapsed = without(roster.leases, [...leases, ...ends])
  const notes = notesAfter(roster, { newcomer: claim.newcomer, ends, lapsed }, nowMs)
  return { verb: 'replace', next: { leases, ...notes } }
}

/** The answer to a newcomer for whom this limit leaves no room: those of its holders who are live at `nowMs`. */
function deny(roster: Roster, { claim, limit }: { claim: Claim; limit: Limit }, nowMs: number): Denial {
  const holders = without(holdersOf(limit, claim, liveLeases(roster, nowMs)), [claim.newcomer])
  const lapses = holders.map(lapsesAtMs).filter((endMs) => endMs !== null)
  const retryAfterMs = lapses.length === 0 ? null : Math.min(...lapses) - nowMs
  return { outcome: 'denied', limit, holders, retryAfterMs }
}

/** A lease that is held goes on as it is, for longer. Those that it replaces end if they are held too. */
function renew(roster: Roster, { claim, held }: { claim: Claim; held: Lease }, nowMs: number): Admittance {
  const { id, generation } = held
  const renewal = renewalOf(claim.newcomer)
  const leaving = leavingLeases(roster, claim)
  if (leaving.length === 0 && !replacesAnother(claim) && !takesDevice(claim)) {
    return { outcome: 'renewed', write: { verb: 'renew', lease: { id, generation }, renewal }, ends: [] }
  }
  return rewrite(roster, { claim, leaving, lease: renewedLease(held, renewal) }, nowMs)
}

type Rewriting = { readonly claim: Claim; readonly leaving: readonly Lease[]; readonly lease: Lease }

/** A held lease goes on as it is given here. Those leaving end, and what has lapsed goes with them. */
function rewrite(roster: Roster, { claim, leaving, lease: changed }: Rewriting, nowMs: number): Admittance {
  const { id } = changed
  const staying = without(roster.leases, leaving).filter((lease) => lease.id === id || isLive(lease, nowMs))
  const leases = staying.map((lease) => (lease.id === id ? changed : lease))
  const write = replaceBy(roster, { claim, leases, ends: leaving }, nowMs)
  return { outcome: 'renewed', write, ends: endedBy(leaving, [], nowMs) }
}

type Graced = { readonly claim: Claim; readonly held: Lease; readonly graceUntilMs: number }

/**
 * A stream in grace goes on within the limit where there is room by now, above it until its end, and is then
 * judged as a newcomer, who by a start may make others leave.
 */
function judgeGrace(roster: Roster, { claim, held, graceUntilMs }: Graced, nowMs: number): Admission {
  const leaving = leavingLeases(roster, claim)
  const others = without(liveLeases(roster, nowMs), [...leaving, held])
  const full = fullLimit({ plan: claim.plan, newcomer: held }, others)
  if (full !== undefined && nowMs >= graceUntilMs) {
    const newcomer = claim.isHeartbeat === true ? held : claim.newcomer
    return admitNewcomer(roster, { ...claim, newcomer }, nowMs)
  }
  const renewed = renewedLease(held, renewalOf(claim.newcomer))
  const lease = full === undefined ? outOfGrace(renewed) : inGrace(renewed, graceUntilMs)
  return rewrite(roster, { claim, leaving, lease }, nowMs)
}

/** The held leases whose place this stream takes by wish: the one it replaces, and its own device's former one. */
function leavingLeases(roster: Roster, claim: Claim): Lease[] {
  const { newcomer, replaces } = claim
  const isOfDevice = (lease: Lease) =>
    takesDevice(claim) && lease.deviceId === newcomer.deviceId && !isIgnored(claim.plan, lease)
  return roster.leases.filter(
    (lease) => lease.id !== newcomer.id && (lease.id === replaces || isOfDevice(lease)),
  )
}

/** A stream that the plan does not count takes no slot: it neither replaces its device's stream nor is replaced. */
function takesDevice({ newcomer, plan, isHeartbeat }: Claim): boolean {
  return (
    plan.sameDeviceReplaces &&
    isHeartbeat !== true &&
    newcomer.deviceId !== undefined &&
    !isIgnored(plan, newcomer)
  )
}

function replacesAnother({ newcomer, replaces }: Claim): boolean {
  return replaces !== undefined && replaces !== newcomer.id
}

function without(leases: readonly Lease[], gone: readonly Lease[]): readonly Lease[] {
  return gone.length === 0 ? leases : leases.filter(({ id }) => !gone.some((lease) => lease.id === id))
}

function endedBy(leaving: readonly Lease[], evicted: readonly Lease[], nowMs: number): readonly Lease[] {
  return [...leaving.filter((lease) => isLive(lease, nowMs)), ...evicted]
}

function renewalOf({ renewedAtMs, expiresAtMs, reportedAtMs, reportedContentId }: Lease): Renewal {
  return {
    renewedAtMs,
    expiresAtMs,
    ...(reportedAtMs !== undefined && { reportedAtMs }),
    ...(reportedContentId !== undefined && { reportedContentId }),
  }
}
