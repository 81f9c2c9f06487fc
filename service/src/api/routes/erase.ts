import { noContent } from '../http.ts'
import { readInput } from '../input.ts'
import type { Route } from '../route.ts'

export const eraseRoute: Route = {
  method: 'DELETE',
  path: '/users/{userId}',
  audience: 'operator',
  operation: {
    operationId: 'eraseUser',
    summary: 'Forget a user',
    description:
      'Forgets the user wholly: every stream, live or not, and every note. Whoever watches may go on only by starting again.',
    answers: { 204: { description: 'Nothing is known of the user any more.' } },
  },
  handle: async (call) => {
    const user = readInput(call, (input) => input.user())
    await call.service.limiter.erase(user)
    return { ...noContent(), decision: { verb: 'erase', outcome: 'erased', user } }
  },
}
