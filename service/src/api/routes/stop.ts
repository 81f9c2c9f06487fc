import { noContent } from '../http.ts'
import { readInput } from '../input.ts'
import type { Call, Outcome, Route } from '../route.ts'
import { ReasonSchema, StopperSchema, StopTokenSchema } from '../input-schemas.ts'

const ANSWERS = { 204: { description: 'The stream is stopped, whether or not it was live.' } } as const
const QUERY = { by: StopperSchema, reason: ReasonSchema } as const
const BEACON_QUERY = { ...QUERY, token: StopTokenSchema } as const

export const stopRoute: Route = {
  method: 'DELETE',
  path: '/users/{userId}/streams/{id}',
  audience: 'viewer',
  scope: 'end',
  limitedBy: 'nothing',
  operation: {
    operationId: 'stopStream',
    summary: 'Stop a stream',
    description:
      'Ends a stream. Its slot is free before the answer is sent. With `If-Match` it ends only the lease with this `ETag`, and a stale `ETag` changes nothing. For one lease time, a late heartbeat of the stream gets 410 `stream-ended`. With `by=operator` it gets that as long as after an eviction, with the `reason`, if there is one. A new start is always allowed.',
    takesIfMatch: true,
    query: QUERY,
    answers: ANSWERS,
  },
  handle: stop,
}

export const beaconStopRoute: Route = {
  method: 'POST',
  path: '/users/{userId}/streams/{id}/stop',
  audience: 'viewer',
  scope: 'end',
  limitedBy: 'nothing',
  takesStopToken: true,
  operation: {
    operationId: 'stopStreamByBeacon',
    summary: 'Stop a stream by navigator.sendBeacon',
    description:
      'Does the same as DELETE, for a page that the viewer leaves. Any body of any type is accepted and ignored. A page can send no header with it. If callers are checked, it calls the `stopUrl` of the answer to its start, which has a `token` for this stream.',
    takesIfMatch: true,
    query: BEACON_QUERY,
    answers: ANSWERS,
  },
  handle: stop,
}

async function stop(call: Call): Promise<Outcome> {
  const { user, tenant, id, generation, stopper, reason } = readInput(call, (input) => {
    const read = {
      user: input.user(),
      tenant: input.tenant(),
      id: input.leaseId(),
      generation: input.generation(),
      stopper: input.query('by', StopperSchema),
      reason: input.query('reason', ReasonSchema),
    }
    const hasStrayReason = read.reason !== undefined && read.stopper !== 'operator'
    if (hasStrayReason) input.fault('/reason', 'must come with by=operator')
    return read
  })
  const by = stopper === 'operator' ? 'operator' : undefined
  const byOperator = by && { reason }
  const { outcome } = await call.service.limiter.stop({ user, tenant, id, generation, byOperator })
  const hasIfMatch = generation !== undefined
  return {
    ...noContent(),
    decision: { verb: 'stop', outcome, user, tenant, lease: id, hasIfMatch, by, reason },
  }
}
