import { noContent } from '../http.ts'
import { InputReader } from '../input.ts'
import type { Answer, Call, Route } from '../route.ts'

const ANSWERS = { 204: { description: 'It does not run any more, whether or not it did.' } } as const

export const stopRoute: Route = {
  method: 'DELETE',
  path: '/users/{userId}/streams/{id}',
  operation: {
    operationId: 'stopStream',
    summary: 'Stop a stream',
    description:
      'Its place is free before the answer. With `If-Match`, only the lease that was answered with this `ETag` is ended; a stale one changes nothing.',
    tag: 'viewers',
    takesIfMatch: true,
    answers: ANSWERS,
  },
  handle: stop,
}

export const beaconStopRoute: Route = {
  method: 'POST',
  path: '/users/{userId}/streams/{id}/stop',
  operation: {
    operationId: 'stopStreamByBeacon',
    summary: 'Stop a stream by navigator.sendBeacon',
    description:
      'The same as the DELETE, for a page that is being left: any body, of any type, is accepted and ignored.',
    tag: 'viewers',
    takesIfMatch: true,
    answers: ANSWERS,
  },
  handle: stop,
}

async function stop({ request, params, service }: Call): Promise<Answer> {
  const input = new InputReader(request, params)
  const user = input.user()
  const id = input.leaseId()
  const generation = input.generation()
  input.finish()
  const { stopped } = await service.limiter.stop(user, { id, generation })
  return {
    ...noContent(),
    decision: {
      verb: 'stop',
      outcome: stopped ? 'stopped' : 'not-held',
      user,
      lease: id,
      hasIfMatch: generation !== undefined,
    },
  }
}
