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

/**
 * Another store, in which users have other ids. No two users may get the same one.
 *
 * A walk meets users by the ids that they have in the other store. What it finds must be written
 * back there, and not here.
 */
export function withRenamedUsers(store: Store, rename: (user: UserId) => UserId): Store {
  return new RenamedUsers(store, rename)
}

class RenamedUsers implements Store {
  readonly #inner: Store
  readonly #rename: (user: UserId) => UserId

  constructor(inner: Store, rename: (user: UserId) => UserId) {
    this.#inner = inner
    this.#rename = rename
  }

  read(user: UserId): Promise<Roster> {
    return this.#inner.read(this.#rename(user))
  }

  add(user: UserId, lease: Lease, room: Room): Promise<Outcome> {
    return this.#inner.add(this.#rename(user), lease, room)
  }

  renew(user: UserId, lease: LeaseRef, renewal: Renewal): Promise<Outcome> {
    return this.#inner.renew(this.#rename(user), lease, renewal)
  }

  remove(user: UserId, lease: LeaseRef, note: Note): Promise<Outcome> {
    return this.#inner.remove(this.#rename(user), lease, note)
  }

  replace(user: UserId, seen: Roster, next: RosterContent): Promise<Outcome> {
    return this.#inner.replace(this.#rename(user), seen, next)
  }

  erase(user: UserId): Promise<void> {
    return this.#inner.erase(this.#rename(user))
  }

  scan(request: ScanRequest): Promise<ScanPage> {
    return this.#inner.scan(request)
  }

  noteFinished(stream: FinishedStream, atMs: number): Promise<void> {
    return this.#inner.noteFinished(stream, atMs)
  }

  finishedSince(cursor?: string): Promise<FinishedPage> {
    return this.#inner.finishedSince(cursor)
  }

  readShared(name: string): Promise<SharedText | undefined> {
    return this.#inner.readShared(name)
  }

  writeShared(name: string, seenVersion: number, text: string): Promise<SharedOutcome> {
    return this.#inner.writeShared(name, seenVersion, text)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
