/**
 * The members of a start or a heartbeat, as values.
 */
import type { LeaseId, StreamDescription } from '@streamgate/core'
import type * as v from 'valibot'
import type { HeartbeatSchema } from './input-schemas.ts'

/** What a start or a heartbeat asks for. */
export type StartInput = {
  readonly stream: StreamDescription
  readonly plan?: string | undefined
  /** Whether a heartbeat named a plan that the policy does not have. It then counts as none. */
  readonly isPlanUnknown?: boolean
  readonly replaces?: LeaseId | readonly LeaseId[] | undefined
  /** The tenant, from the body or the header. */
  readonly tenant?: string | undefined
  /** The viewer's address, if the caller said so. */
  readonly clientAddress?: string | undefined
}

/** A body without the members that are `null`. */
export type WithoutNull<Body> = { [Name in keyof Body]: Exclude<Body[Name], null> }

/** The body without the members that are `null`: that means absent. */
export function withoutNull<Body extends object>(body: Body): WithoutNull<Body> {
  if (!Object.values(body).includes(null)) return body as WithoutNull<Body>
  const entries = Object.entries(body).filter(([, value]) => value !== null)
  return Object.fromEntries(entries) as WithoutNull<Body>
}

/** What a checked body asks for. */
export function startInput(body: WithoutNull<v.InferOutput<typeof HeartbeatSchema>> | undefined): StartInput {
  const given = body ?? {}
  const { plan, replaces, clientAddress, tenant } = given
  const isAllOfStream = (plan ?? replaces ?? clientAddress ?? tenant) === undefined
  if (isAllOfStream) return { stream: given as StreamDescription }
  const { plan: _plan, replaces: _ended, clientAddress: _address, tenant: _tenant, ...stream } = given
  return { stream: stream as StreamDescription, plan, replaces, clientAddress, tenant }
}
