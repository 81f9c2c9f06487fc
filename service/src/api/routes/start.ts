import { readInput } from '../input.ts'
import { onNetwork } from '../on-network.ts'
import type { Route } from '../route.ts'
import { StreamSchema } from '../answer-schemas.ts'
import { LimitReachedSchema } from '../device-schemas.ts'
import { StartSchema } from '../input-schemas.ts'
import { leaseIdOf } from '@streamgate/core'

export const startRoute: Route = {
  method: 'POST',
  path: '/users/{userId}/streams',
  audience: 'viewer',
  scope: 'admit',
  operation: {
    operationId: 'startStream',
    summary: 'Start a stream',
    description:
      'Asks whether the user may start one more stream. Retry as often as you like: a repeated start never uses a second slot.',
    body: { schema: StartSchema, isRequired: true },
    answers: {
      200: {
        description: 'The stream is already held. Its lease is renewed, with the same `ETag`.',
        schema: StreamSchema,
        headers: ['ETag', 'RateLimit', 'RateLimit-Policy'],
      },
      201: {
        description: 'The stream is admitted.',
        schema: StreamSchema,
        headers: ['ETag', 'Location', 'RateLimit', 'RateLimit-Policy'],
      },
      409: {
        description: 'The limit of streams or of devices is reached, or a pool over all users is full.',
        schema: LimitReachedSchema,
        headers: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
        problems: ['stream-limit-reached', 'device-limit-reached', 'pool-full'],
      },
      410: { description: 'The stream has finished.', problems: ['stream-finished'] },
    },
  },
  handle: async (call) => {
    const { user, body } = readInput(call, (input) => ({ user: input.user(), body: input.startBody() }))
    const { plan, replaces, tenant } = body
    const stream = await onNetwork(call, body)
    const result = await call.service.limiter.start({ user, tenant, stream, plan, replaces })
    const { deviceType, contentId, attributes, network } = stream
    const lease = leaseIdOf(stream)
    const isPlanNamed = plan !== undefined
    const asked = {
      verb: 'start',
      user,
      tenant,
      lease,
      deviceType,
      contentId,
      attributes,
      network,
      replaces,
      isPlanNamed,
    } as const
    const token = call.service.stopTokens?.of({ user, tenant, lease })
    const stopToken = token instanceof Promise ? await token : token
    return call.service.present({ asked, user, stopToken, result })
  },
}
