import type {
  Lease,
  LeaseRef,
  Note,
  Outcome,
  Renewal,
  Room,
  Roster,
  RosterContent,
  UserId,
} from '@streamgate/core'
import {
  addTransition,
  removeTransition,
  renewTransition,
  replaceTransition,
  type Transition,
} from './transitions.ts'

/**
 * The conditional verbs of a store that holds each roster as one value. Every verb is a transition
 * of it.
 */
export abstract class TransitionStore {
  /** Makes the transition of the user's roster atomically, and returns the result. */
  protected abstract transact(user: UserId, transition: Transition): Promise<Outcome>

  add(user: UserId, lease: Lease, room: Room): Promise<Outcome> {
    return this.transact(user, addTransition(lease, room))
  }

  renew(user: UserId, lease: LeaseRef, renewal: Renewal): Promise<Outcome> {
    return this.transact(user, renewTransition(lease, renewal))
  }

  remove(user: UserId, lease: LeaseRef, note: Note): Promise<Outcome> {
    return this.transact(user, removeTransition(lease, note))
  }

  replace(user: UserId, seen: Roster, next: RosterContent): Promise<Outcome> {
    return this.transact(user, replaceTransition(seen, next))
  }
}
