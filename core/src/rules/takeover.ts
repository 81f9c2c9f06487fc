/**
 * Which leases give up their slots to a stream: those that it replaces, and its own device's former
 * one.
 */
import type { Claim } from './claim.ts'
import type { Lease } from '../lease.ts'
import { isIgnored } from './limits.ts'
import type { Roster } from '../roster.ts'

/**
 * The held leases whose slots this stream takes over: the one it replaces, and its own device's
 * former one.
 */
export function leavingLeases({ leases }: Roster, claim: Claim): readonly Lease[] {
  return leases.length === 0 ? leases : leases.filter(isTakenBy(claim))
}

/** Whether the claim's stream takes over the slot of a lease. */
export function isTakenBy(claim: Claim): (lease: Lease) => boolean {
  const { newcomer, plan } = claim
  const isOfDevice = (lease: Lease) =>
    takesDevice(claim) && lease.deviceId === newcomer.deviceId && !isIgnored(plan, lease)
  return (lease) => lease.id !== newcomer.id && (isReplaced(claim, lease) || isOfDevice(lease))
}

/** Whether the claim asks to replace this lease. */
export function isReplaced({ replaces }: Claim, { id }: Pick<Lease, 'id'>): boolean {
  return typeof replaces === 'string' ? replaces === id : replaces !== undefined && replaces.includes(id)
}

/**
 * A stream that the plan does not count takes no slot: it neither replaces its device's stream nor
 * is replaced.
 */
export function takesDevice({ newcomer, plan, isHeartbeat }: Claim): boolean {
  return (
    plan.sameDeviceReplaces &&
    isHeartbeat !== true &&
    newcomer.deviceId !== undefined &&
    !isIgnored(plan, newcomer)
  )
}

/** Whether the claim asks to replace another lease than its own, held or not. */
export function replacesAnother({ newcomer, replaces }: Claim): boolean {
  if (replaces === undefined) return false
  return typeof replaces === 'string' ? replaces !== newcomer.id : replaces.some((id) => id !== newcomer.id)
}
