/** What verifiers of playback tokens send and get. */
import * as v from 'valibot'
import { LeaseIdSchema, UserIdSchema } from './id-schemas.ts'

/** Shorter than the time that a process which stops gives its last requests. */
const WAIT_SECONDS_MAX = 9

export const SinceSchema = v.pipe(
  v.string(),
  v.maxLength(100, 'must have at most 100 characters'),
  v.description('The `cursor` of the last answer.'),
)
export const WaitSchema = v.pipe(
  v.string(),
  v.check(
    (text) => /^\d$/.test(text),
    ({ input }) => `must be a whole number from 0 to ${WAIT_SECONDS_MAX}, got ${JSON.stringify(input)}`,
  ),
  v.description('Wait so many seconds for news. 100 calls may wait in a process, others do not.'),
  v.metadata({ jsonSchema: { type: 'integer', minimum: 0, maximum: WAIT_SECONDS_MAX, default: 0 } }),
)

const Seconds = v.pipe(v.number(), v.integer(), v.description('Seconds since the epoch.'))

export const RevocationsSchema = v.pipe(
  v.object({
    cursor: v.pipe(v.string(), v.description('Send it as `since` next time.')),
    isAll: v.pipe(
      v.boolean(),
      v.description(
        'Whether these are all that the process knows: at the first call, or if it is another one.',
      ),
    ),
    revoked: v.array(
      v.object({
        sub: v.exactOptional(UserIdSchema),
        tenant: v.exactOptional(v.string()),
        sid: v.exactOptional(LeaseIdSchema),
        streamId: v.exactOptional(
          v.pipe(v.string(), v.description('The part of `sid` before its first `@`.')),
        ),
        deviceId: v.exactOptional(v.pipe(v.string(), v.description('The part of `sid` behind that `@`.'))),
        revokedAt: Seconds,
        until: v.pipe(v.number(), v.integer(), v.description('By then all these tokens have expired.')),
      }),
    ),
  }),
  v.description('Playback tokens that were revoked.'),
  v.metadata({
    jsonSchema: {
      examples: [
        {
          cursor: 'x1-7',
          isAll: false,
          revoked: [{ sub: '123', sid: '456@tv-1', revokedAt: 1790000000, until: 1790000100 }],
        },
      ],
    },
  }),
)

export const KeySetSchema = v.object({ keys: v.array(v.looseObject({ kid: v.string(), kty: v.string() })) })

export const VerifiedSchema = v.object({
  sub: UserIdSchema,
  sid: LeaseIdSchema,
  contentId: v.string(),
  exp: v.pipe(v.number(), v.description('When the token expires, in seconds since the epoch.')),
})
