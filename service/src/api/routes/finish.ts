import type { StreamId } from '@streamgate/core'
import { noContent } from '../http.ts'
import { readInput } from '../input.ts'
import type { Outcome, Route, Service } from '../route.ts'

/** The first day of December 2026, as a structured field's date (RFC 9651). */
const DEPRECATED_SINCE = '@1796083200'

export const finishRoute: Route = {
  method: 'POST',
  path: '/streams/{streamId}/finish',
  audience: 'operator',
  operation: {
    operationId: 'finishStream',
    summary: 'Finish a stream for everyone',
    description:
      'Ends the stream for every user, for example at the end of a live event. Its slots are free, and it can be neither started nor renewed (410). This holds at once in the process that answers, and within seconds in the others. You may repeat it, and finish an unknown stream. Any body is accepted and ignored.',
    answers: { 204: { description: 'The stream counts for no user any more.' } },
  },
  handle: (call) => {
    const { stream, tenant } = readInput(call, (input) => ({
      stream: input.streamId(),
      tenant: input.tenant(),
    }))
    return finish(call.service, { stream, tenant })
  },
}

/**
 * The old way to finish. A stop for a user named `..` reaches it too, because many clients shorten
 * `/users/../streams/x` to `/streams/x` before they send it.
 */
export const finishByDeleteRoute: Route = {
  method: 'DELETE',
  path: '/streams/{streamId}',
  audience: 'operator',
  operation: {
    operationId: 'finishStreamByDelete',
    summary: 'Finish a stream, the old way',
    description:
      'Does the same as `POST /streams/{streamId}/finish`. The next version will not have it. It is rejected with `If-Match`, which belongs to the stop of one user’s stream.',
    isDeprecated: true,
    answers: {
      204: { description: 'The stream counts for no user any more.', headers: ['Deprecation', 'Link'] },
    },
  },
  handle: (call) => {
    const { stream, tenant } = readInput(call, (input) => {
      if (call.request.headers['if-match'] !== undefined) {
        input.fault('/If-Match', 'must be absent: this call finishes a stream for every user')
      }
      return { stream: input.streamId(), tenant: input.tenant() }
    })
    // Relative to the path of the request, so that it holds below any stage and prefix.
    const link = `<${encodeURIComponent(stream)}/finish>; rel="successor-version"`
    return finish(call.service, { stream, tenant }, { deprecation: DEPRECATED_SINCE, link })
  },
}

type Finishing = { readonly stream: StreamId; readonly tenant: string | undefined }

async function finish({ limiter }: Service, { stream, tenant }: Finishing, headers = {}): Promise<Outcome> {
  await limiter.finish(stream, tenant)
  return { ...noContent(), headers, decision: { verb: 'finish', outcome: 'finished', stream, tenant } }
}
