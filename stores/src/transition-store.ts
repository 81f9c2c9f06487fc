import type { Lease, LeaseRef, LeaseTimes, Outcome, Roster, RosterContent, UserId } from '@streamgate/core'
import { adding, removing, renewing, replacing, type Transition } from './transitions.ts'

/** The conditional verbs of a store that holds each roster as one value: every one is a transition of it. */
export abstract class TransitionStore {
  /** Makes the transition of the user's roster, atomically, and hands back what it came to. */
  protected abstract transact(user: UserId, transition: Transition): Promise<Outcome>

  add(user: UserId, lease: Lease, capacity: number): Promise<Outcome> {
    return this.transact(user, adding(lease, capacity))
  }

  renew(user: UserId, lease: LeaseRef, times: LeaseTimes): Promise<Outcome> {
    return this.transact(user, renewing(lease, times))
  }

  remove(user: UserId, lease: LeaseRef): Promise<Outcome> {
    return this.transact(user, removing(lease))
  }

  replace(user: UserId, seen: Roster, next: RosterContent): Promise<Outcome> {
    return this.transact(user, replacing(seen, next))
  }
}
