import type { Lease, LeaseId } from '@streamgate/core'
import { json } from '../http.ts'
import { readInput } from '../input.ts'
import { instant, listed, rateLimit } from '../lease-view.ts'
import type { Route } from '../route.ts'
import { ListingSchema } from '../answer-schemas.ts'
import { AfterSchema, AfterStartedAtSchema, PAGE_STREAMS_MAX, PageSizeSchema } from '../input-schemas.ts'

export const listRoute: Route = {
  method: 'GET',
  path: '/users/{userId}/streams',
  audience: 'viewer',
  scope: 'read',
  operation: {
    operationId: 'listStreams',
    summary: 'List live streams',
    description:
      'Lists the live streams of a user, oldest first. An unknown user has none. The list has pages: `more` is how many streams follow, and `Link` leads to the next page. A stream may end between two pages, so follow `Link`, which also says when the last stream started.',
    query: { limit: PageSizeSchema, after: AfterSchema, startedAt: AfterStartedAtSchema },
    answers: {
      200: {
        description: 'The live streams.',
        schema: ListingSchema,
        headers: ['RateLimit', 'RateLimit-Policy', 'Link'],
      },
    },
  },
  handle: async (call) => {
    const { userId, tenant, size, after, startedAt } = readInput(call, (input) => ({
      userId: input.user(),
      tenant: input.tenant(),
      size: Number(input.query('limit', PageSizeSchema) ?? PAGE_STREAMS_MAX),
      after: input.query('after', AfterSchema) as LeaseId | undefined,
      startedAt: input.query('startedAt', AfterStartedAtSchema),
    }))
    const { limit, counted, ignored } = await call.service.limiter.list(userId, tenant)
    const active = counted.length
    const { streams, more, isFirst } = pageOf(counted, { after, startedAt, size })
    const body = {
      userId,
      limit: limit.max,
      active,
      ...(more > 0 && { more }),
      streams: streams.map(listed),
      ...(isFirst && ignored.length > 0 && { ignored: ignored.map(listed) }),
    }
    const last = more === 0 ? undefined : streams.at(-1)
    return {
      ...json(200, body, { ...rateLimit(limit, active), ...(last && { link: linkAfter(last, size) }) }),
      decision: { verb: 'list', outcome: 'listed', user: userId, tenant, limit: limit.max, active },
    }
  },
}

/** Relative to the path of the request, so that it holds below any stage and prefix. */
function linkAfter({ id, startedAtMs }: Lease, size: number): string {
  return `<?limit=${size}&after=${encodeURIComponent(id)}&startedAt=${instant(startedAtMs)}>; rel="next"`
}

type PageRequest = {
  readonly after: LeaseId | undefined
  readonly startedAt: string | undefined
  readonly size: number
}
type Page = {
  readonly streams: readonly Lease[]
  /** How many come behind these. */
  readonly more: number
  readonly isFirst: boolean
}

function pageOf(leases: readonly Lease[], { size, ...position }: PageRequest): Page {
  const from = startOf(leases, position)
  const streams = leases.slice(from, from + size)
  return { streams, more: leases.length - from - streams.length, isFirst: from === 0 }
}

/**
 * Where the page starts. If the stream before it has ended, it starts with those that are not
 * older: of two that started at one instant it may show one again, but it leaves none out.
 */
function startOf(leases: readonly Lease[], { after, startedAt }: Omit<PageRequest, 'size'>): number {
  const known = leases.findIndex(({ id }) => id === after)
  if (known !== -1 || startedAt === undefined) return known + 1
  const sinceMs = Date.parse(startedAt)
  const next = leases.findIndex(({ startedAtMs }) => startedAtMs >= sinceMs)
  return next === -1 ? leases.length : next
}
