import type { Admission, Admittance, Claim, Denial, PoolDenial, Write } from './claim.ts'
import { registeredDevice, type DeviceRegistry } from '../devices.ts'
import { graceUntil, inGrace, outOfGrace } from './grace.ts'
import { isLive, lapsesAtMs, renewedLease, type Lease, type Renewal, type Writable } from '../lease.ts'
import { fullLimit, headlineLimit, holdersOf, isOneCount, limitOnMissing } from './limits.ts'
import { enoughOf, makeRoom, without } from './making-room.ts'
import { notesAfter } from './notes.ts'
import { leavingLeases, replacesAnother, takesDevice } from './takeover.ts'
import type { Limit } from '../plan.ts'
import { needsDevice, register } from './registration.ts'
import { heldLease, liveLeases, UNSEEN_ROSTER, type Roster } from '../roster.ts'
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
  if (roster === UNSEEN_ROSTER) {
    const admittance = firstGuess(claim)
    if (admittance !== undefined) return admittance
  }
  const lacking = limitOnMissing(claim)
  if (lacking !== undefined) {
    return { outcome: 'denied', limit: lacking, holders: [], makesRoom: [], retryAfterMs: null }
  }
  const registration = register(roster, claim, nowMs)
  if ('outcome' in registration) return registration
  const leaving = leavingLeases(roster, claim)
  const staying = without(liveLeases(roster, nowMs), leaving)
  const room = makeRoom(staying, claim)
  if (!('max' in room)) {
    const pooled = claim.fullPool === undefined ? claim : withPoolSlot(claim, [...leaving, ...room], nowMs)
    if ('outcome' in pooled) return pooled
    const { registry } = registration
    const arrival = { claim: pooled, leaving, staying, evicted: room, registry }
    const write = writeFor(roster, arrival, nowMs)
    return { outcome: 'admitted', write, ends: endedBy(leaving, room, nowMs) }
  }

  const untilMs = claim.isHeartbeat === true ? undefined : graceUntil(plan, roster, nowMs)
  const extra = plan.grace?.streams ?? 0
  if (untilMs === undefined || fullLimit({ plan, newcomer, extra }, staying) !== undefined) {
    const live = without(liveLeases(roster, nowMs), [newcomer])
    return deny({ live, staying }, { claim, limit: room }, nowMs)
  }
  const pooled = withPoolSlot(claim, leaving, nowMs)
  if ('outcome' in pooled) return pooled
  const lease = inGrace(pooled.newcomer, untilMs)
  const leases = [...staying, lease]
  const write = replaceBy(
    withRegistry(roster, registration.registry),
    { claim, leases, ends: leaving },
    nowMs,
  )
  return { outcome: 'admitted', write, ends: endedBy(leaving, [], nowMs) }
}

/**
 * The verdict for a user who was not looked up, under a plan that only limits a count. Nearly all
 * starts are of this kind, so it takes none of the steps that have nothing to do there.
 */
function firstGuess(claim: Claim): Admittance | undefined {
  const { newcomer, plan, fullPool } = claim
  if (plan.devices !== null || fullPool !== undefined) return undefined
  const room = roomFor(claim)
  if (room === undefined || room.capacity < 1) return undefined
  return { outcome: 'admitted', write: { verb: 'add', lease: newcomer, room }, ends: [] }
}

/**
 * The claim with a slot in its pools: its own, or that of a lease that ends for it. So a viewer who
 * starts again in a full pool keeps the slot.
 */
function withPoolSlot(claim: Claim, ends: readonly Lease[], nowMs: number): Claim | PoolDenial {
  const { fullPool, mayInherit, newcomer } = claim
  if (fullPool === undefined) return claim
  const former = ends.find((lease) => mayInherit?.(lease, nowMs) === true)
  if (former?.poolProcess === undefined) return { outcome: 'pool-full', pool: fullPool }
  return { ...claim, newcomer: { ...newcomer, poolProcess: former.poolProcess } }
}

type Arrival = {
  readonly claim: Claim
  readonly leaving: readonly Lease[]
  readonly staying: readonly Lease[]
  readonly evicted: readonly Lease[]
  readonly registry: DeviceRegistry | undefined
}

/**
 * The room that a newcomer needs if its plan only limits a count. Otherwise none that a store can
 * judge.
 */
export function roomFor(claim: Claim): Room | undefined {
  const { plan, isHeartbeat } = claim
  if (!isOneCount(plan) || replacesAnother(claim) || isHeartbeat === true) return undefined
  const room: Writable<Room> = { capacity: headlineLimit(plan).max }
  if (takesDevice(claim)) room.soleOfDevice = true
  const isOnDevice = claim.newcomer.deviceId !== undefined
  if (plan.devices !== null && isOnDevice && needsDevice(claim)) room.registeredDevice = true
  return room
}

/**
 * An `add` if the plan only limits a count and no lease has to end. Otherwise the whole roster,
 * without expired leases. That holds only for the roster that was judged, so a stream that is
 * replaced cannot slip in beside it.
 */
function writeFor(roster: Roster, arrival: Arrival, nowMs: number): Write {
  const { claim, leaving, staying, evicted, registry } = arrival
  const ends = [...leaving, ...evicted]
  const room = roomFor(claim)
  const isDeviceKnown = room?.registeredDevice !== true || isRegistered(roster, claim.newcomer)
  const isEnough = isDeviceKnown && ends.length === 0
  if (room !== undefined && isEnough && roster.leases.length < room.capacity) {
    return { verb: 'add', lease: claim.newcomer, room }
  }
  const leases = [...without(staying, evicted), claim.newcomer]
  return replaceBy(withRegistry(roster, registry), { claim, leases, ends }, nowMs)
}

/**
 * Whether the device of a newcomer is registered. Of an unseen user it is assumed, because most
 * starts are on a known device: the store then finds out.
 */
function isRegistered(roster: Roster, { deviceId }: Lease): boolean {
  return roster === UNSEEN_ROSTER || registeredDevice(roster.registry, deviceId) !== undefined
}

function withRegistry(roster: Roster, registry: DeviceRegistry | undefined): Roster {
  return registry === undefined ? roster : { ...roster, registry }
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
 * The answer to a newcomer for whom this limit has no room, with the live leases that stay and hold
 * it. Those that would end for the newcomer anyway are not in its way.
 */
function deny(
  { live, staying }: { readonly live: readonly Lease[]; readonly staying: readonly Lease[] },
  { claim, limit }: { claim: Claim; limit: Limit },
  nowMs: number,
): Denial {
  const others = without(staying, [claim.newcomer])
  const holders = holdersOf(limit, claim, others)
  const lapses = holders.map(lapsesAtMs).filter((endMs) => endMs !== null)
  const retryAfterMs = lapses.length === 0 ? null : Math.min(...lapses) - nowMs
  return { outcome: 'denied', limit, holders, makesRoom: enoughOf(live, claim), retryAfterMs }
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
