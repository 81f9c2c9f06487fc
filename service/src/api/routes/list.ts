import type { Lease, LeaseId } from '@streamgate/core'
import { json } from '../http.ts'
import { rejected } from '../fault.ts'
import { readInput } from '../input.ts'
import { listed, rateLimit } from '../lease-view.ts'
import type { Route } from '../route.ts'
import { ListingSchema } from '../answer-schemas.ts'
import { AfterSchema, PAGE_STREAMS_MAX, PageSizeSchema } from '../input-schemas.ts'

export const listRoute: Route = {
  method: 'GET',
  path: '/users/{userId}/streams',
  audience: 'viewer',
  operation: {
    operationId: 'listStreams',
    summary: 'List live streams',
    description:
      'Lists the live streams of a user, oldest first. An unknown user has none. The list has pages: `more` is how many streams follow, and `Link` leads to the next page. The stream that `after` names must still be live.',
    query: { limit: PageSizeSchema, after: AfterSchema },
    answers: {
      200: {
        description: 'The live streams.',
        schema: ListingSchema,
        headers: ['RateLimit', 'RateLimit-Policy', 'Link'],
      },
    },
  },
  handle: async (call) => {
    const { userId, size, after } = readInput(call, (input) => ({
      userId: input.user(),
      size: Number(input.query('limit', PageSizeSchema) ?? PAGE_STREAMS_MAX),
      after: input.query('after', AfterSchema) as LeaseId | undefined,
    }))
    const { limit, counted, ignored } = await call.service.limiter.list(userId)
    const active = counted.length
    const page = pageOf(counted, { after, size })
    if (page === undefined) return { fault: rejected([AFTER_UNKNOWN]) }
    const { streams, more, next } = page
    const body = {
      userId,
      limit: limit.max,
      active,
      ...(more > 0 && { more }),
      streams: streams.map(listed),
      ...(after === undefined && ignored.length > 0 && { ignored: ignored.map(listed) }),
    }
    // Relative to the path of the request, so that it holds below any stage and prefix.
    const link = next && { link: `<?limit=${size}&after=${encodeURIComponent(next)}>; rel="next"` }
    return {
      ...json(200, body, { ...rateLimit(limit, active), ...link }),
      decision: { verb: 'list', outcome: 'listed', user: userId, limit: limit.max, active },
    }
  },
}

const AFTER_UNKNOWN = { pointer: '/after', detail: 'must name a stream that is live: start again without it' }

type PageRequest = { readonly after: LeaseId | undefined; readonly size: number }
type Page = {
  readonly streams: readonly Lease[]
  /** How many come behind these. */
  readonly more: number
  /** What the next page comes after. */
  readonly next?: LeaseId | undefined
}

/** A page; `undefined` if the stream that it should come after does not run. */
function pageOf(leases: readonly Lease[], { after, size }: PageRequest): Page | undefined {
  const before = after === undefined ? -1 : leases.findIndex(({ id }) => id === after)
  if (after !== undefined && before === -1) return undefined
  const streams = leases.slice(before + 1, before + 1 + size)
  const more = leases.length - (before + 1) - streams.length
  return { streams, more, next: more === 0 ? undefined : streams.at(-1)?.id }
}
