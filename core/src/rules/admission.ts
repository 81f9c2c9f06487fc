import type { Admission, Admittance, Claim, Denial, Write } from './claim.ts'
import { EVICTIONS_MAX, inTurn } from './eviction.ts'
import { graceUntil, inGrace, outOfGrace } from './grace.ts'
import { isLive, lapsesAtMs, renewedLease, type Lease, type Renewal, type Writable } from '../lease.ts'
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
import type { Limit } from '../plan.ts'
import { heldLease, liveLeases, type Roster } from '../roster.ts'
import type { Room } from '../store.ts'

/**
 * Decides whether a user may start one more stream.
 *
 * A repeated request for a held stream renews it and is never denied, because a player that lost
 * the answer must be able to ask again. A held lease that has expired is revived by the same rule:
 * it is in the roster, and a roster never holds more than its limit. Only a stream in grace, which
 * is there above the limit, is judged each time.
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
 * The streams to evict for the newcomer. If that makes no room, the limit in its way.
 *
 * Evict as few streams as possible: walk from the least to the most evictable and keep each one
 * that still fits under every limit. So each evicted stream is in the way of a limit whose other
 * holders are all less evictable, and none is evicted needlessly because of another limit.
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

/**
 * The room that a newcomer needs if its plan only limits a count. Otherwise none that a store can
 * judge.
 */
export function roomFor(claim: Claim): Room | undefined {
  const { plan, isHeartbeat } = claim
  if (!isOneCount(plan) || replacesAnother(claim) || isHeartbeat === true) return undefined
  const soleOfDevice = takesDevice(claim)
  return { capacity: headlineLimit(plan).max, ...(soleOfDevice && { soleOfDevice }) }
}

/**
 * An `add` if the plan only limits a count and no lease has to end. Otherwise the whole roster,
 * without expired leases. That holds only for the roster that was judged, so a stream that is
 * replaced cannot slip in beside it.
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

/**
 * The roster with these leases. Those in `ends` learn which stream ended them, and everything else
 * that is gone had expired.
 */
function replaceBy(roster: Roster, { claim, leases, ends }: Replacement, nowMs: number): Write {
  const lapsed = without(roster.leases, [...leases, ...ends])
  const notes = notesAfter(roster, { newcomer: claim.newcomer, ends, lapsed }, nowMs)
  return { verb: 'replace', next: { leases, ...notes } }
}

/**
 * The answer to a newcomer for whom this limit has no room, with those of its holders that are live
 * at `nowMs`.
 */
function deny(roster: Roster, { claim, limit }: { claim: Claim; limit: Limit }, nowMs: number): Denial {
  const holders = without(holdersOf(limit, claim, liveLeases(roster, nowMs)), [claim.newcomer])
  const lapses = holders.map(lapsesAtMs).filter((endMs) => endMs !== null)
  const retryAfterMs = lapses.length === 0 ? null : Math.min(...lapses) - nowMs
  return { outcome: 'denied', limit, holders, retryAfterMs }
}

/** A held lease continues for longer. The leases that it replaces end if they are held too. */
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

/**
 * A held lease continues as given here. Those that leave end, and expired ones are removed with
 * them.
 */
function rewrite(roster: Roster, { claim, leaving, lease: changed }: Rewriting, nowMs: number): Admittance {
  const { id } = changed
  const staying = without(roster.leases, leaving).filter((lease) => lease.id === id || isLive(lease, nowMs))
  const leases = staying.map((lease) => (lease.id === id ? changed : lease))
  const write = replaceBy(roster, { claim, leases, ends: leaving }, nowMs)
  return { outcome: 'renewed', write, ends: endedBy(leaving, [], nowMs) }
}

type Graced = { readonly claim: Claim; readonly held: Lease; readonly graceUntilMs: number }

/**
 * A stream in grace continues within the limit if there is room by now, and above it until its
 * grace ends. Then it is judged as a newcomer, which by a start may end others.
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

/**
 * The held leases whose slots this stream takes over: the one it replaces, and its own device's
 * former one.
 */
function leavingLeases(roster: Roster, claim: Claim): Lease[] {
  const { newcomer, replaces } = claim
  const isOfDevice = (lease: Lease) =>
    takesDevice(claim) && lease.deviceId === newcomer.deviceId && !isIgnored(claim.plan, lease)
  return roster.leases.filter(
    (lease) => lease.id !== newcomer.id && (lease.id === replaces || isOfDevice(lease)),
  )
}

/**
 * A stream that the plan does not count takes no slot: it neither replaces its device's stream nor
 * is replaced.
 */
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
  if (leaving.length === 0) return evicted
  return [...leaving.filter((lease) => isLive(lease, nowMs)), ...evicted]
}

/** What a renewal writes, if a stream that is held comes as this newcomer. */
export function renewalOf(newcomer: Lease): Renewal {
  const { renewedAtMs, expiresAtMs, reportedAtMs, contentId } = newcomer
  const { reportedContentId = contentId } = newcomer
  const renewal: Writable<Renewal> = { renewedAtMs, expiresAtMs }
  if (reportedAtMs !== undefined) renewal.reportedAtMs = reportedAtMs
  if (reportedContentId !== undefined) renewal.reportedContentId = reportedContentId
  return renewal
}
