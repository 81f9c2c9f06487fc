import { readInput } from '../input.ts'
import { presentResult } from '../present.ts'
import type { Route } from '../route.ts'
import { StreamSchema } from '../answer-schemas.ts'
import { StreamGoneSchema, StreamLimitReachedSchema } from '../problem-schemas.ts'
import { HeartbeatSchema } from '../input-schemas.ts'

export const heartbeatRoute: Route = {
  method: 'PUT',
  path: '/users/{userId}/streams/{id}',
  audience: 'viewer',
  operation: {
    operationId: 'heartbeat',
    summary: 'Keep a stream alive',
    description:
      'The player is still here: send this every `heartbeatSeconds`. A stream that is held never passes through the limit. With `If-Match`, only the lease that was answered with this `ETag` is kept alive, and none is admitted again. A lease that lapsed and is gone is judged under the plan it had. Name the plan, and what it counts by, if that may be long ago: a heartbeat that does not tell enough gets 410 `stream-ended`.',
    body: { schema: HeartbeatSchema, isRequired: false },
    takesIfMatch: true,
    answers: {
      200: {
        description: 'Renewed.',
        schema: StreamSchema,
        headers: ['ETag', 'RateLimit', 'RateLimit-Policy'],
      },
      201: {
        description:
          'The lease had lapsed and was gone, and there was room: admitted again, with a new `ETag`.',
        schema: StreamSchema,
        headers: ['ETag', 'Location', 'RateLimit', 'RateLimit-Policy'],
      },
      409: {
        description: 'The lease had lapsed, and the limit is reached.',
        schema: StreamLimitReachedSchema,
        headers: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
        problems: ['stream-limit-reached'],
      },
      410: {
        description:
          'Another stream took its slot, or the stream has finished, or it was stopped, or, with `If-Match`, that lease is over.',
        schema: StreamGoneSchema,
        problems: ['stream-evicted', 'stream-finished', 'stream-ended'],
      },
    },
  },
  handle: async (call) => {
    const { user, id, generation, stream, plan, replaces } = readInput(call, (input) => {
      const inPath = { user: input.user(), id: input.leaseId() }
      return { ...inPath, generation: input.generation(), ...input.heartbeatBody(inPath.id) }
    })
    const result = await call.service.limiter.heartbeat({ user, stream, plan, replaces, generation })
    const { deviceType, contentId } = stream
    const meant = { isPlanNamed: plan !== undefined, hasIfMatch: generation !== undefined }
    const asked = { verb: 'heartbeat', user, lease: id, deviceType, contentId, replaces, ...meant } as const
    return presentResult(asked, user, result)
  },
}
