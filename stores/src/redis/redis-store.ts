import {
  LimiterError,
  type FinishedPage,
  type FinishedStream,
  type Lease,
  type LeaseRef,
  type Note,
  type Outcome,
  type Renewal,
  type Room,
  type Roster,
  type RosterContent,
  type ScanPage,
  type ScanRequest,
  type SharedOutcome,
  type SharedText,
  type Store,
  type UserId,
} from '@streamgate/core'
import { firstVersion } from '../first-version.ts'
import {
  addTransition,
  isVacant,
  removeTransition,
  renewTransition,
  rosterAt,
  type Transition,
} from '../transitions.ts'
import type { RedisPlace } from './address.ts'
import { FinishedNotes } from './finished-notes.ts'
import { RedisKeys } from './keys.ts'
import { RedisLink } from './redis-link.ts'
import { ReplicatedLink } from './replicated-link.ts'
import { factsIn, remarksOn } from './server-remarks.ts'
import { deviceHead, keptMsForLease, keptMsOf, leaseLine, NEVER, recordOf, rosterIn } from './user-record.ts'
import { scanPage } from './walk.ts'

/** Where the server is, and how sure a start must be. */
export type RedisStoreOptions = {
  readonly place: RedisPlace
  /** Takes a line for the operator; by default a process warning. */
  readonly warn?: ((message: string) => void) | undefined
  /**
   * How many replicas must have a start before it is acknowledged; 0 by default. A start that too
   * few have rejects with `STORE_UNAVAILABLE`, and may have happened. Not for a cluster.
   */
  readonly waitReplicas?: number | undefined
}

/**
 * Rosters in Redis or Valkey, for any number of processes on any number of hosts.
 *
 * Every verb is one script, so it runs alone in the server and takes one round trip. A walk takes
 * one for each page. What was acknowledged lasts as long as the server's own persistence and
 * replication say. After a failover the newest writes may be missing.
 */
export class RedisStore implements Store {
  readonly #link: RedisLink
  readonly #keys: RedisKeys
  readonly #finished: FinishedNotes
  readonly #warn: (message: string) => void
  readonly #replicated: ReplicatedLink | undefined

  /** @throws {LimiterError} `STORE_UNAVAILABLE` if a certificate cannot be read. */
  constructor({
    place,
    warn = (message) => process.emitWarning(message),
    waitReplicas = 0,
  }: RedisStoreOptions) {
    try {
      this.#link = new RedisLink(place)
      this.#replicated = waitReplicas === 0 ? undefined : new ReplicatedLink(place, waitReplicas)
    } catch (cause) {
      throw new LimiterError('STORE_UNAVAILABLE', 'Redis cannot be reached', { cause })
    }
    this.#keys = new RedisKeys(place.options.prefix)
    this.#finished = new FinishedNotes(this.#link, this.#keys)
    this.#warn = warn
  }

  /**
   * Warns of a server that does not answer, and of settings that lose leases. Call it once after
   * opening. Never rejects: the server may come later.
   */
  async inspect(): Promise<void> {
    try {
      const facts = factsIn(await this.#link.call((redis) => redis.info()))
      for (const { fact, todo } of remarksOn(facts)) this.#warn(`${fact}: ${todo}`)
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      this.#warn(`Redis does not answer yet: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }

  async read(user: UserId): Promise<Roster> {
    const record = await this.#link.call((redis) => redis.get(this.#keys.user(user)))
    return rosterIn(record ?? '')
  }

  async add(user: UserId, lease: Lease, room: Room): Promise<Outcome> {
    const { deviceId } = lease
    const isRegistered = room.registeredDevice === true
    // A stream without a device is never the second one of it, and never registered.
    const sole = room.soleOfDevice === true && deviceId !== undefined ? JSON.stringify(deviceId).slice(1) : ''
    const device = isRegistered ? deviceHead(deviceId ?? '') : ''
    const first = firstVersion()
    const args = [
      JSON.stringify(lease.id),
      room.capacity,
      leaseLine(lease),
      keptMsForLease(lease),
      first,
      sole,
      device,
      lease.startedAtMs,
    ]
    const answer = await this.#start((redis) => redis.add(this.#keys.user(user), ...args))
    return outcomeOf(answer, addTransition(lease, room), first)
  }

  async renew(user: UserId, ref: LeaseRef, renewal: Renewal): Promise<Outcome> {
    const { renewedAtMs, expiresAtMs, reportedAtMs, reportedContentId } = renewal
    const args = [
      JSON.stringify(ref.id),
      generationText(ref),
      renewedAtMs,
      expiresAtMs ?? NEVER,
      reportedAtMs ?? '',
      reportedContentId === undefined ? '' : JSON.stringify(reportedContentId),
      keptMsForLease(renewal),
    ]
    const answer = await this.#link.call((redis) => redis.renew(this.#keys.user(user), ...args))
    return outcomeOf(answer, renewTransition(ref, renewal))
  }

  async remove(user: UserId, ref: LeaseRef, note: Note): Promise<Outcome> {
    const kept = keptMsOf({ leases: [], notes: [note] })
    const args = [JSON.stringify(ref.id), generationText(ref), JSON.stringify(note), note.untilMs, kept]
    const answer = await this.#link.call((redis) => redis.remove(this.#keys.user(user), ...args))
    return outcomeOf(answer, removeTransition(ref, note))
  }

  async replace(user: UserId, seen: Roster, next: RosterContent): Promise<Outcome> {
    const written = isVacant(next)
      ? rosterIn('')
      : rosterAt(seen.version === 0 ? firstVersion() : seen.version + 1, next)
    const record = written.version === 0 ? '' : recordOf(written)
    const args = [seen.version, record, keptMsOf(next)]
    const answer = await this.#start((redis) => redis.replace(this.#keys.user(user), ...args))
    const [isDone, before] = parted(answer)
    return isDone ? { done: true, roster: written } : { done: false, roster: rosterIn(before) }
  }

  async erase(user: UserId): Promise<void> {
    await this.#link.call((redis) => redis.del(this.#keys.user(user)))
  }

  /**
   * A user whom the server moves while it makes room for more keys may be met twice. All others are
   * met once.
   */
  scan(request: ScanRequest): Promise<ScanPage> {
    return scanPage(this.#link, this.#keys, request)
  }

  noteFinished(stream: FinishedStream, atMs: number): Promise<void> {
    return this.#finished.add(stream, atMs)
  }

  finishedSince(cursor?: string): Promise<FinishedPage> {
    return this.#finished.since(cursor)
  }

  async readShared(name: string): Promise<SharedText | undefined> {
    return sharedIn((await this.#link.call((redis) => redis.get(this.#keys.shared(name)))) ?? '')
  }

  async writeShared(name: string, seenVersion: number, text: string): Promise<SharedOutcome> {
    const answer = await this.#start((redis) => redis.writeShared(this.#keys.shared(name), seenVersion, text))
    const [done, record] = parted(answer)
    return { done, shared: sharedIn(record) }
  }

  async close(): Promise<void> {
    await Promise.all([this.#link.close(), this.#replicated?.close()])
  }

  /** Makes a write that must not be lost. */
  #start(send: Parameters<RedisLink['call']>[0]): Promise<unknown> {
    return (this.#replicated ?? this.#link).call(send)
  }
}

function generationText({ generation }: LeaseRef): string {
  return generation === undefined ? '' : JSON.stringify(generation)
}

/** Whether the verb was done, and the record that comes with the answer. */
function parted(answer: unknown): readonly [isDone: boolean, record: string] {
  const text = String(answer)
  return [text.startsWith('1'), text.slice(1)]
}

/**
 * The outcome of a verb. The answer has the record before it, so what a done verb changed is
 * computed here.
 */
function outcomeOf(answer: unknown, transition: Transition, first = 0): Outcome {
  const [done, record] = parted(answer)
  const roster = rosterIn(record)
  if (!done) return { done, roster }
  const next = transition(roster)
  if (next === undefined) throw new LimiterError('STORE_UNAVAILABLE', 'Redis holds a damaged record')
  return { done, roster: rosterAt(roster.version === 0 ? first : roster.version + 1, next) }
}

/** A shared text is stored as `version ⇥ text`. */
function sharedIn(record: string): SharedText | undefined {
  if (record === '') return undefined
  const tab = record.indexOf('\t')
  return { text: record.slice(tab + 1), version: Number(record.slice(0, tab)) }
}
