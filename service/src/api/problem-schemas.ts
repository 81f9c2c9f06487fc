/**
 * The bodies of errors, and what the service says about each type of problem.
 */
import * as v from 'valibot'
import { Count, Instant, LISTED_EXAMPLE, ListedStreamSchema, Several } from './answer-schemas.ts'
import { LeaseIdSchema } from './id-schemas.ts'

/** What every problem has (RFC 9457). */
export const problemMembers = {
  type: v.pipe(v.string(), v.description('The path of a page that explains the problem.')),
  title: v.pipe(v.string(), v.description('The name of the problem type.')),
  status: v.pipe(Count, v.description('The status of the answer.')),
  detail: v.pipe(v.string(), v.description('What happened, for people.')),
}

export const ProblemSchema = v.pipe(
  v.object(problemMembers),
  v.description('An error (RFC 9457).'),
  v.metadata({
    jsonSchema: {
      examples: [
        {
          type: '/problems/store-unavailable',
          title: 'Store unavailable',
          status: 503,
          detail: 'The lease store did not answer in time.',
        },
      ],
    },
  }),
)
const InputFaultSchema = v.object({
  pointer: v.pipe(
    v.string(),
    v.description('A JSON pointer into the body, or the name of a parameter or header.'),
  ),
  detail: v.pipe(v.string(), v.description('What is wrong there.')),
})
export const InvalidRequestSchema = v.pipe(
  v.object({
    ...problemMembers,
    errors: v.pipe(v.array(InputFaultSchema), v.description('Every fault of the request.')),
  }),
  v.description('A request with faults.'),
  v.metadata({
    jsonSchema: {
      examples: [
        {
          type: '/problems/invalid-request',
          title: 'Invalid request',
          status: 400,
          detail: '/streamId is required.',
          errors: [{ pointer: '/streamId', detail: 'is required' }],
        },
      ],
    },
  }),
)
const OneOrMany = v.union([v.string(), v.array(v.string())])
const Wanted = v.union([OneOrMany, v.object({ in: v.array(v.string()) }), v.object({ not: OneOrMany })])
/** One limit of a plan. */
export const RuleSchema = v.pipe(
  v.object({
    max: Count,
    deviceType: v.exactOptional(Wanted),
    where: v.exactOptional(v.record(v.string(), Wanted)),
    per: v.exactOptional(
      v.pipe(v.string(), v.description('Each value of this attribute is counted separately.')),
    ),
    distinct: v.exactOptional(
      v.pipe(v.string(), v.description('All streams with one value of this attribute use one slot.')),
    ),
    missing: v.exactOptional(
      v.pipe(v.literal('deny'), v.description('A start that lacks the attribute is denied.')),
    ),
    more: v.exactOptional(v.pipe(Several, v.description('How many values of a long rule are left out.'))),
  }),
  v.description('The limit of the plan that is reached.'),
)
export const StreamLimitReachedSchema = v.pipe(
  v.object({
    ...problemMembers,
    limit: v.pipe(Count, v.description('How many streams the limit allows, or values of `distinct`.')),
    active: v.pipe(Count, v.description('How many streams stand in the way.')),
    rule: RuleSchema,
    retryAfterSeconds: v.exactOptional(
      v.pipe(Several, v.description('When the first of these streams can expire by itself.')),
    ),
    more: v.exactOptional(v.pipe(Several, v.description('How many more streams stand in the way.'))),
    makesRoom: v.exactOptional(
      v.pipe(
        v.array(LeaseIdSchema),
        v.description('Ids of streams that make room together: send them as `replaces`.'),
      ),
    ),
    streams: v.pipe(
      v.array(ListedStreamSchema),
      v.description(
        'The streams that stand in the way. Usually one of them is enough as `replaces`; `makesRoom` is always enough. At most the 20 oldest, or as many as fit into 4 kB.',
      ),
    ),
  }),
  v.description('The limit is reached, and these streams stand in the way.'),
  v.metadata({
    jsonSchema: {
      examples: [
        {
          type: '/problems/stream-limit-reached',
          title: 'Stream limit reached',
          status: 409,
          detail: '123 is watching 1 of 1 streams.',
          limit: 1,
          active: 1,
          rule: { max: 1 },
          retryAfterSeconds: 41,
          makesRoom: ['abc'],
          streams: [LISTED_EXAMPLE],
        },
      ],
    },
  }),
)
/**
 * A 410. It has `by` and `at` if another stream took the slot, and `reason` if an operator gave
 * one.
 */
export const StreamGoneSchema = v.pipe(
  v.object({
    ...problemMembers,
    by: v.exactOptional(
      v.object({
        id: LeaseIdSchema,
        deviceId: v.exactOptional(v.string()),
        deviceType: v.exactOptional(v.string()),
        label: v.exactOptional(v.string()),
      }),
    ),
    at: v.exactOptional(Instant),
    reason: v.exactOptional(v.pipe(v.string(), v.description('The operator’s message to the viewer.'))),
  }),
  v.description(
    'The stream may not run any more. `by` and `at` are present if another stream took its slot, `reason` if an operator gave one.',
  ),
  v.metadata({
    jsonSchema: {
      examples: [
        {
          type: '/problems/stream-evicted',
          title: 'Stream evicted',
          status: 410,
          detail: '“Kitchen” took the slot of this stream.',
          by: { id: '789', label: 'Kitchen' },
          at: '2026-11-22T02:00:00.000Z',
        },
      ],
    },
  }),
)
export const ProblemTypeSchema = v.object({
  type: v.string(),
  title: v.string(),
  status: Count,
  explanation: v.string(),
})
export const ProblemTypesSchema = v.object({ problems: v.array(ProblemTypeSchema) })
