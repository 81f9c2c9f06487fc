/** Pools over all users. */
import { notFound } from '../fault.ts'
import { json } from '../http.ts'
import { readInput } from '../input.ts'
import { PoolSchema } from '../pool-schema.ts'
import type { Route } from '../route.ts'

export const poolRoute: Route = {
  method: 'GET',
  path: '/pools/{name}',
  audience: 'operator',
  operation: {
    operationId: 'lookAtPool',
    summary: 'Look at a pool',
    description:
      'Says how many streams of all users a pool of the policy may hold, and how many it holds. A pool with `per` has one for each value: its name is that of the pool, a colon, and the value.',
    answers: {
      200: { description: 'The pool.', schema: PoolSchema },
      404: { description: 'The policy has no such pool.', problems: ['not-found'] },
    },
  },
  handle: async (call) => {
    const { name } = readInput(call, (input) => {
      input.tenant()
      return { name: input.poolName() }
    })
    const pool = await call.service.limiter.pool(name)
    return pool === undefined ? { fault: notFound('pool') } : json(200, pool)
  },
}
