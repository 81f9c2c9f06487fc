import { FaultError, forbidden } from './fault.ts'

/** Members that only trusted callers and API keys may send. */
const RESERVED = ['plan', 'clientAddress', 'tenant'] as const

type Body = Readonly<Record<string, unknown>>

/**
 * The body of a viewer's call.
 *
 * @throws {FaultError} if it has a member that a player must not choose. `null` means absent.
 */
export function viewersBody(body: Body): Body {
  const member = RESERVED.find((name) => body[name] !== undefined && body[name] !== null)
  if (member === undefined) return body
  throw new FaultError(forbidden({ because: 'member', member }))
}
