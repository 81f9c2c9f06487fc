/**
 * Tenants: several services on one policy and one store. The users and the streams of two tenants
 * never meet, unless their plans say that they are shared.
 *
 * What belongs to a tenant is stored under its scope and the id that callers know. A shared scope
 * has several tenants. The default tenant has no scope, so that its ids are stored as they are.
 */
import type { StreamDescription, StreamId, UserId } from './lease.ts'

/** Longest name of a tenant, in bytes of UTF-8. */
export const TENANT_BYTES_MAX = 64

/** The name of a scope. Empty for the default tenant. */
export type Scope = string

/** Ends the scope in a stored id. No id that a caller sends contains it. */
const SCOPE_END = '\u0001'

/** The id under which a user is stored. */
export function storedUser(scope: Scope, user: UserId): UserId {
  return scoped(scope, user) as UserId
}

/** The id under which a stream is noted as finished. */
export function storedStream(scope: Scope, stream: StreamId): StreamId {
  return scoped(scope, stream) as StreamId
}

/** The scope of a stored user. */
export function scopeOf(stored: UserId): Scope {
  const end = stored.indexOf(SCOPE_END)
  return end === -1 ? '' : stored.slice(0, end)
}

/** The id of a stored user, as callers know it. */
export function userIn(stored: UserId): UserId {
  return stored.slice(stored.indexOf(SCOPE_END) + 1) as UserId
}

function scoped(scope: Scope, id: string): string {
  return scope === '' ? id : `${scope}${SCOPE_END}${id}`
}

/** The request with its tenant as an attribute of its stream, if it has one. */
export function withTenant<Request>(request: Request, tenant: string): Request {
  if (typeof request !== 'object' || request === null || !('stream' in request)) return request
  const stream = request.stream as StreamDescription
  return { ...request, stream: { ...stream, attributes: { ...stream.attributes, tenant } } }
}
