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
      'Deletes everything about the user: all streams, live or not, and all notes. Live players continue only after a new start.',
    answers: { 204: { description: 'Everything about the user is deleted.' } },
  },
  handle: async (call) => {
    const user = readInput(call, (input) => input.user())
    await call.service.limiter.erase(user)
    return { ...noContent(), decision: { verb: 'erase', outcome: 'erased', user } }
  },
}
