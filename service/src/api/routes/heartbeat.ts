import { readInput } from '../input.ts'
import { onNetwork } from '../on-network.ts'
import type { Route } from '../route.ts'
import { StreamSchema } from '../answer-schemas.ts'
import { LimitReachedSchema } from '../device-schemas.ts'
import { StreamGoneSchema } from '../problem-schemas.ts'
import { HeartbeatSchema } from '../input-schemas.ts'

export const heartbeatRoute: Route = {
  method: 'PUT',
  path: '/users/{userId}/streams/{id}',
  audience: 'viewer',
  scope: 'admit',
  limitedBy: 'stream',
  operation: {
    operationId: 'heartbeat',
    summary: 'Keep a stream alive',
    description:
      'Renews the lease of a stream. Send it every `heartbeatSeconds`. A heartbeat of a held stream is never refused, whatever the limit. With `If-Match` it renews only the lease with this `ETag`, and admits none. If the lease expired and is gone, the stream is admitted again under its former plan. After a long time the service may not know enough to do so, and answers 410 `stream-ended`: send the plan and the members of the start to avoid that. A plan that the policy does not have counts as none.',
    body: { schema: HeartbeatSchema, isRequired: false },
    takesIfMatch: true,
    answers: {
      200: {
        description: 'The lease is renewed.',
        schema: StreamSchema,
        headers: ['ETag', 'RateLimit', 'RateLimit-Policy'],
      },
      201: {
        description:
          'The lease had expired and was gone. There was room, so the stream is admitted again, with a new `ETag`.',
        schema: StreamSchema,
        headers: ['ETag', 'Location', 'RateLimit', 'RateLimit-Policy'],
      },
      409: {
        description: 'The lease had expired, and the limit is reached.',
        schema: LimitReachedSchema,
        headers: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
        problems: ['stream-limit-reached', 'device-limit-reached', 'pool-full'],
      },
      410: {
        description:
          'Another stream took its slot, it has finished, it was stopped, or, with `If-Match`, this lease has ended.',
        schema: StreamGoneSchema,
        problems: ['stream-evicted', 'stream-finished', 'stream-ended'],
      },
    },
  },
  handle: async (call) => {
    const { user, id, generation, body } = readInput(call, (input) => {
      const inPath = { user: input.user(), id: input.leaseId() }
      return { ...inPath, generation: input.generation(), body: input.heartbeatBody(inPath.id) }
    })
    const { plan, isPlanUnknown, replaces, tenant } = body
    const stream = await onNetwork(call, body)
    const result = await call.service.limiter.heartbeat({ user, tenant, stream, plan, replaces, generation })
    const { deviceType, contentId, attributes, network } = stream
    const meant = { isPlanNamed: plan !== undefined, isPlanUnknown, hasIfMatch: generation !== undefined }
    const asked = {
      verb: 'heartbeat',
      user,
      tenant,
      lease: id,
      deviceType,
      contentId,
      attributes,
      network,
      replaces,
      ...meant,
    } as const
    const isNew = result.outcome === 'admitted'
    const token = isNew ? call.service.stopTokens?.of({ user, tenant, lease: id }) : undefined
    const stopToken = token instanceof Promise ? await token : token
    return call.service.present({ asked, user, stopToken, result })
  },
}
