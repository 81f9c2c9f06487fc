/**
 * The renewals that a log has no line for.
 *
 * By default a log has a line for each change only. A lease that was admitted runs until a line
 * says that it ended, and its player renewed it until then. If it lapsed, a line tells when its
 * player was last heard of.
 */
import type { DeviceId, LeaseId, Policy, StreamId, UserId } from '@streamgate/core'
import type { LoggedCall, LoggedDecision, PlayableDecision } from '../telemetry/decision-reader.ts'
import { TimeQueue } from '../time/time-queue.ts'
import type { LogSurvey } from './log-survey.ts'
import type { TimedCall } from './log-world.ts'

/** So many renewals fit into a lease, so that none lapses between two of them. */
const RENEWALS_PER_LEASE = 3

/** A lease that runs according to the log, and its next renewal. */
type Playing = {
  readonly call: TimedCall
  readonly everyMs: number
  /** Its last renewal, if it lapsed. */
  readonly lastMs: number
  readonly atMs: number
}

/** Puts renewals between the decisions of a log. */
export class UnloggedRenewals {
  readonly #survey: LogSurvey
  readonly #shortestLeaseMs: number
  readonly #due = new TimeQueue<Playing>()
  /** Those whose renewals still count. */
  readonly #playing = new Map<UserId, Map<LeaseId, Playing>>()

  /** @param policy the one on trial. Its leases may be shorter than those of the log. */
  constructor(survey: LogSurvey, { paces: { whenRoom, whenFull } }: Policy) {
    this.#survey = survey
    this.#shortestLeaseMs = Math.min(whenRoom.leaseMs ?? Infinity, whenFull.leaseMs ?? Infinity)
  }

  /** The decision, after the renewals that came before it. The survey has taken in all lapses. */
  *upTo(decision: LoggedDecision): Generator<PlayableDecision> {
    const isComplete = this.#survey.areRenewalsLogged
    if (!isComplete) yield* this.#renewalsUntil(decision.atMs)
    if (decision.verb === 'lapse') return
    if (!isComplete) this.#learn(decision)
    yield decision
  }

  *#renewalsUntil(boundMs: number): Generator<PlayableDecision> {
    let playing = this.#due.takeOne(boundMs)
    while (playing !== undefined) {
      const { call, atMs } = playing
      if (this.#playing.get(call.user)?.get(call.leaseId) === playing) {
        yield renewalOf(call, atMs)
        this.#schedule(playing)
      }
      playing = this.#due.takeOne(boundMs)
    }
  }

  #learn(decision: PlayableDecision): void {
    switch (decision.verb) {
      case 'start':
      case 'heartbeat':
      case 'stop':
        for (const id of decision.ends) this.#end(decision.user, id)
        this.#learnOf(decision)
        break
      case 'erase':
        this.#playing.delete(decision.user)
        break
      case 'remove-device':
        this.#endDevice(decision.user, decision.deviceId)
        break
      case 'finish':
        this.#forgetStream(decision.streamId)
        break
    }
  }

  #learnOf(call: TimedCall): void {
    const { user, leaseId, outcome } = call
    const isKnown = this.#playing.get(user)?.has(leaseId) === true
    if (
      outcome === 'outdated' ||
      outcome === 'ignored' ||
      outcome === 'degraded' ||
      (outcome === 'renewed' && isKnown)
    )
      return
    this.#end(user, leaseId)
    if (outcome === 'admitted' || outcome === 'renewed') this.#begin(call)
  }

  #begin(call: TimedCall): void {
    const { user, leaseId, arrivedAtMs: startedAtMs, lapsesAtMs = null } = call
    const leaseMs = Math.min((lapsesAtMs ?? Infinity) - startedAtMs, this.#shortestLeaseMs)
    const lastMs = this.#survey.lastSeenMs({ user, leaseId, startedAtMs }) ?? Infinity
    if (leaseMs === Infinity) return
    this.#schedule({ call, everyMs: leaseMs / RENEWALS_PER_LEASE, lastMs, atMs: startedAtMs })
  }

  #schedule(playing: Playing): void {
    const { call, everyMs, lastMs, atMs } = playing
    if (atMs >= lastMs) {
      this.#end(call.user, call.leaseId)
      return
    }
    const next = { ...playing, atMs: Math.min(atMs + everyMs, lastMs) }
    const leases = this.#playing.get(call.user) ?? new Map<LeaseId, Playing>()
    this.#playing.set(call.user, leases)
    leases.set(call.leaseId, next)
    this.#due.push(next)
  }

  #end(user: UserId, leaseId: LeaseId): void {
    const leases = this.#playing.get(user)
    leases?.delete(leaseId)
    if (leases?.size === 0) this.#playing.delete(user)
  }

  /** Ends the streams on a removed device, or on all of a user's. */
  #endDevice(user: UserId, deviceId: DeviceId | undefined): void {
    for (const [id, { call }] of this.#playing.get(user) ?? []) {
      const isOn = deviceId === undefined || call.stream.deviceId === deviceId
      if (isOn && call.stream.deviceId !== undefined) this.#end(user, id)
    }
  }

  #forgetStream(streamId: StreamId): void {
    for (const [user, leases] of this.#playing) {
      for (const [id, { call }] of leases) if (call.stream.streamId === streamId) this.#end(user, id)
    }
  }
}

function renewalOf({ user, stream, leaseId, plan, isPlanNamed }: LoggedCall, atMs: number): TimedCall {
  return {
    verb: 'heartbeat',
    outcome: 'renewed',
    user,
    stream,
    leaseId,
    ...(plan !== undefined && { plan }),
    isPlanNamed,
    hasIfMatch: false,
    isReport: false,
    isByOperator: false,
    isIgnored: false,
    ends: [],
    atMs,
    arrivedAtMs: atMs,
  }
}
