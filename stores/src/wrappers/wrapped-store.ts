import type {
  FinishedPage,
  FinishedStream,
  Lease,
  LeaseRef,
  Note,
  Outcome,
  Renewal,
  Room,
  Roster,
  RosterContent,
  ScanPage,
  ScanRequest,
  SharedOutcome,
  SharedText,
  Store,
  UserId,
} from '@streamgate/core'

/** The calls of the store port that work on the engine. */
export type StoreVerb = Exclude<keyof Store, 'close'>

/** Makes the call, once, and may do something before and after it. */
export type AroundCall = <Result>(verb: StoreVerb, call: () => Promise<Result>) => Promise<Result>

/** Another store, with something done around each of its calls. Closing goes straight through. */
export class WrappedStore implements Store {
  readonly #inner: Store
  readonly #around: AroundCall

  constructor(inner: Store, around: AroundCall) {
    this.#inner = inner
    this.#around = around
  }

  read(user: UserId): Promise<Roster> {
    return this.#around('read', () => this.#inner.read(user))
  }

  add(user: UserId, lease: Lease, room: Room): Promise<Outcome> {
    return this.#around('add', () => this.#inner.add(user, lease, room))
  }

  renew(user: UserId, lease: LeaseRef, renewal: Renewal): Promise<Outcome> {
    return this.#around('renew', () => this.#inner.renew(user, lease, renewal))
  }

  remove(user: UserId, lease: LeaseRef, note: Note): Promise<Outcome> {
    return this.#around('remove', () => this.#inner.remove(user, lease, note))
  }

  replace(user: UserId, seen: Roster, next: RosterContent): Promise<Outcome> {
    return this.#around('replace', () => this.#inner.replace(user, seen, next))
  }

  erase(user: UserId): Promise<void> {
    return this.#around('erase', () => this.#inner.erase(user))
  }

  scan(request: ScanRequest): Promise<ScanPage> {
    return this.#around('scan', () => this.#inner.scan(request))
  }

  noteFinished(stream: FinishedStream, atMs: number): Promise<void> {
    return this.#around('noteFinished', () => this.#inner.noteFinished(stream, atMs))
  }

  finishedSince(cursor?: string): Promise<FinishedPage> {
    return this.#around('finishedSince', () => this.#inner.finishedSince(cursor))
  }

  readShared(name: string): Promise<SharedText | undefined> {
    return this.#around('readShared', () => this.#inner.readShared(name))
  }

  writeShared(name: string, seenVersion: number, text: string): Promise<SharedOutcome> {
    return this.#around('writeShared', () => this.#inner.writeShared(name, seenVersion, text))
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
