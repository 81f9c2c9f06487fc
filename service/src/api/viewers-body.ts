import { FaultError, forbidden } from './fault.ts'

/** Members that only trusted callers and API keys may send. */
const RESERVED = ['plan', 'clientAddress', 'tenant'] as const

type Body = Readonly<Record<string, unknown>>

/**
 * The body of a viewer's call, with what its token gives.
 *
 * @throws {FaultError} if it has a member that a player must not choose, or another value for one
 *   that the token gives. `null` means absent.
 */
export function viewersBody(body: Body, given: Body | undefined): Body {
  const member = RESERVED.find((name) => isThere(body[name]))
  if (member !== undefined) throw new FaultError(forbidden({ because: 'member', member }))
  return given === undefined ? body : { ...body, ...merged(body, given) }
}

function merged(body: Body, given: Body): Body {
  const entries = Object.entries(given).map(([name, value]) => {
    const sent = body[name]
    if (!isThere(sent) || sent === value) return [name, value] as const
    if (isObject(sent) && isObject(value)) return [name, { ...sent, ...merged(sent, value) }] as const
    throw new FaultError(forbidden({ because: 'member', member: name }))
  })
  return Object.fromEntries(entries)
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
