import { noContent } from '../http.ts'
import { InputReader } from '../input.ts'
import type { Route } from '../route.ts'

export const finishRoute: Route = {
  method: 'DELETE',
  path: '/streams/{streamId}',
  operation: {
    operationId: 'finishStream',
    summary: 'A stream has finished',
    description:
      'Ends the stream for every user, as at the end of a live event: its leases count for nobody, and it can be neither started nor renewed (410), in this process at once and in the others within seconds. May be repeated; a stream nobody knows may finish too.',
    tag: 'operators',
    answers: { 204: { description: 'It counts for nobody any more.' } },
  },
  handle: async ({ request, params, service }) => {
    const input = new InputReader(request, params)
    const stream = input.streamId()
    input.finish()
    await service.limiter.finish(stream)
    return { ...noContent(), decision: { verb: 'finish', outcome: 'finished', stream } }
  },
}
