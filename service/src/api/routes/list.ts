import type { Lease, LeaseId } from '@streamgate/core'
import { json } from '../http.ts'
import { FaultError, rejected } from '../fault.ts'
import { InputReader } from '../input.ts'
import { listed, rateLimit } from '../lease-view.ts'
import type { Route } from '../route.ts'
import { AfterSchema, ListingSchema, PAGE_STREAMS_MAX, PageSizeSchema } from '../schemas.ts'

export const listRoute: Route = {
  method: 'GET',
  path: '/users/{userId}/streams',
  audience: 'viewer',
  operation: {
    operationId: 'listStreams',
    summary: 'See what runs',
    description:
      'The live streams of a user, oldest first; a user nobody knows has none. They come in pages: `more` says how many follow, and `Link` where the next page is. A stream that `after` names must still run.',
    query: { limit: PageSizeSchema, after: AfterSchema },
    answers: {
      200: {
        description: 'What runs.',
        schema: ListingSchema,
        headers: ['RateLimit', 'RateLimit-Policy', 'Link'],
      },
    },
  },
  handle: async ({ request, params, service }) => {
    const input = new InputReader(request, params)
    const userId = input.user()
    const size = Number(input.query('limit', PageSizeSchema) ?? PAGE_STREAMS_MAX)
    const after = input.query('after', AfterSchema) as LeaseId | undefined
    input.finish()
    const { limit, counted, ignored } = await service.limiter.list(userId)
    const active = counted.length
    const { streams, more, next } = pageOf(counted, { after, size })
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

type PageRequest = { readonly after: LeaseId | undefined; readonly size: number }
type Page = {
  readonly streams: readonly Lease[]
  /** How many come behind these. */
  readonly more: number
  /** What the next page comes after. */
  readonly next?: LeaseId | undefined
}

/** @throws {FaultError} if the stream that the page should come after does not run. */
function pageOf(leases: readonly Lease[], { after, size }: PageRequest): Page {
  const before = after === undefined ? -1 : leases.findIndex(({ id }) => id === after)
  if (after !== undefined && before === -1) {
    const detail = 'names no stream that runs now: begin again without it'
    throw new FaultError(rejected([{ pointer: '/after', detail }]))
  }
  const streams = leases.slice(before + 1, before + 1 + size)
  const more = leases.length - (before + 1) - streams.length
  return { streams, more, next: more === 0 ? undefined : streams.at(-1)?.id }
}
