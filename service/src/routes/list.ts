import { json } from '../http.ts'
import { InputReader } from '../input.ts'
import { listed, rateLimit } from '../present.ts'
import type { Route } from '../route.ts'
import { ListingSchema } from '../schemas.ts'

export const listRoute: Route = {
  method: 'GET',
  path: '/users/{userId}/streams',
  operation: {
    operationId: 'listStreams',
    summary: 'See what runs',
    description: 'The live streams of a user, oldest first; a user nobody knows has none.',
    tag: 'viewers',
    answers: {
      200: { description: 'What runs.', schema: ListingSchema, headers: ['RateLimit', 'RateLimit-Policy'] },
    },
  },
  handle: async ({ request, params, service }) => {
    const input = new InputReader(request, params)
    const userId = input.user()
    input.finish()
    const { limit, counted, ignored } = await service.limiter.list(userId)
    const active = counted.length
    const body = {
      userId,
      limit: limit.max,
      active,
      streams: counted.map(listed),
      ...(ignored.length > 0 && { ignored: ignored.map(listed) }),
    }
    return {
      ...json(200, body, rateLimit(limit, active)),
      decision: { verb: 'list', outcome: 'listed', user: userId, limit: limit.max, active },
    }
  },
}
