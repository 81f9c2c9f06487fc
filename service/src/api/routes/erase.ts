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
    const { user, tenant } = readInput(call, (input) => ({ user: input.user(), tenant: input.tenant() }))
    await call.service.limiter.erase(user, tenant)
    return { ...noContent(), decision: { verb: 'erase', outcome: 'erased', user, tenant } }
  },
}
