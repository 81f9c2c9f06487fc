import { splitLeaseId, type LeaseId, type StreamDescription, type UserId } from '@streamgate/core'
import { CMCD_LEASES_MAX, parseCmcdReport, type CmcdReport, type CmcdWish } from '../cmcd-report.ts'
import { noContent } from '../http.ts'
import { InputReader } from '../input.ts'
import { presentResult } from '../present.ts'
import { decisionsIn, type Answer, type Call, type Decision, type Route, type Service } from '../route.ts'
import { CmcdReportSchema, StreamGoneSchema, StreamLimitReachedSchema } from '../schemas.ts'

export const cmcdRoute: Route = {
  method: 'POST',
  path: '/users/{userId}/cmcd',
  operation: {
    operationId: 'reportCmcd',
    summary: 'Keep streams alive by CMCD event reports',
    description:
      'For players that send CMCD version 2 event reports: hls.js, Shaka, dash.js. `sid` is the id of the stream as its start answered it. Its newest event decides, by `ts`: the states ended (`e`) and quit (`q`) stop the stream; fatal error (`f`) does nothing, so that the lease lapses unless the player recovers; every other event keeps the stream alive. A report never takes a lease anew: one that is unknown, was stopped, or lapsed and was tidied away cannot be told apart, and its events have no effect (204). Blank lines are skipped, and so are lines that cannot be understood, as long as one can; `text/plain` is taken for `application/cmcd`.',
    tag: 'viewers',
    body: { schema: CmcdReportSchema, isRequired: true, contentType: 'application/cmcd' },
    answers: {
      204: { description: 'Every event that means something here has been applied.' },
      409: {
        description: 'The grace that the stream ran in is over. The report keeps no other stream alive.',
        schema: StreamLimitReachedSchema,
        headers: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
        problems: ['stream-limit-reached'],
      },
      410: {
        description:
          'Another stream took the place, or the stream has finished. The report keeps no other stream alive; its player should stop.',
        schema: StreamGoneSchema,
        problems: ['stream-evicted', 'stream-finished'],
      },
    },
  },
  handle: async ({ request, params, service }: Call) => {
    const input = new InputReader(request, params)
    const user = input.user()
    const { wishes, faults, goodLines } = parseCmcdReport(input.cmcdBody())
    if (goodLines === 0) rejectAll(input, faults)
    if (wishes.length > CMCD_LEASES_MAX) {
      input.fault('', `must name at most ${CMCD_LEASES_MAX} leases, got ${wishes.length}`)
    }
    input.finish()
    return apply(service, user, wishes)
  },
}

function rejectAll(input: InputReader, faults: CmcdReport['faults']): void {
  if (faults.length === 0) input.fault('', 'must have one line for each event, got none')
  for (const { pointer, detail } of faults) input.fault(pointer, detail)
}

/** One after the other: they all concern the same user, and would only get into each other's way. */
async function apply({ limiter }: Service, user: UserId, wishes: readonly CmcdWish[]): Promise<Answer> {
  const decisions: Decision[] = []
  let isAnyAlive = false
  let lost: Answer | undefined
  for (const { lease, verb } of wishes) {
    const asked = { verb, user, lease }
    if (verb === 'stop') {
      const { stopped } = await limiter.stop(user, { id: lease })
      decisions.push({ ...asked, outcome: stopped ? 'stopped' : 'not-held' })
      continue
    }
    const result = await limiter.heartbeat({ user, stream: streamOf(lease), onlyIfHeld: true })
    if (result.outcome === 'ended') {
      decisions.push({ ...asked, outcome: 'not-held' })
      continue
    }
    const answer = presentResult(asked, user, result)
    decisions.push(...decisionsIn(answer.decision))
    if (answer.status < 300) isAnyAlive = true
    else lost ??= answer
  }
  return { ...(isAnyAlive || lost === undefined ? noContent() : lost), decision: decisions }
}

function streamOf(lease: LeaseId): StreamDescription {
  return splitLeaseId(lease) as StreamDescription
}
