import { splitLeaseId, type LeaseId, type StreamDescription, type UserId } from '@streamgate/core'
import {
  CMCD_LEASES_MAX,
  CMCD_LINES_MAX,
  parseCmcdReport,
  type CmcdReport,
  type CmcdWish,
} from './cmcd-report.ts'
import type { InputFault } from '../fault.ts'
import { noContent, READ_BYTES_MAX } from '../http.ts'
import { readInput } from '../input.ts'
import { presentResult } from '../present.ts'
import type { Outcome, Route, Service } from '../route.ts'
import { LimitReachedSchema } from '../device-schemas.ts'
import { StreamGoneSchema } from '../problem-schemas.ts'
import { CmcdReportSchema } from '../input-schemas.ts'
import type { StartInput } from '../start-input.ts'
import { decisionsIn, type Decision } from '../../telemetry/decision-event.ts'

export const cmcdRoute: Route = {
  method: 'POST',
  path: '/users/{userId}/cmcd',
  audience: 'viewer',
  scope: 'admit',
  // A report can hold heartbeats and stops of several streams.
  limitedBy: 'nothing',
  operation: {
    operationId: 'reportCmcd',
    summary: 'Keep streams alive by CMCD event reports',
    description:
      'For players that send CMCD version 2 event reports: hls.js, Shaka and dash.js. `sid` is the id of the stream. A report acts as a heartbeat: it renews a held stream (204), admits an expired one again if there is room (204) or not (409), and gets 410 for a stream that was evicted, finished or stopped. The states ended (`e`) and quit (`q`) stop the stream, if `cid` is its own and `ts` is not older than the last renewal. Its own `cid` is the `contentId` of its start, or else the first `cid` that was reported, or `contentId` of a heartbeat, for it. If none is known, any `e` or `q` stops it. A fatal error (`f`) does nothing, so the lease expires unless the player recovers. All reports of a request take effect. Then, if any stream is refused, the answer is that refusal: the first 410, or else the first 409. The newest event of a `cid` decides, by `ts`. Lines that are blank or faulty are skipped, as long as one is good. `text/cmcd` and `text/plain` are accepted too.',
    body: {
      schema: CmcdReportSchema,
      isRequired: true,
      contentType: 'application/cmcd',
      bytesMax: READ_BYTES_MAX,
    },
    answers: {
      204: { description: 'The events are applied.' },
      409: {
        description:
          'The lease of a stream had expired, or its grace is over, and the limit is reached. The other events are applied.',
        schema: LimitReachedSchema,
        headers: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
        problems: ['stream-limit-reached', 'device-limit-reached', 'pool-full'],
      },
      410: {
        description:
          'Another stream took the slot of a stream, or the stream has finished, or it was stopped. Its player should stop. The other events are applied.',
        schema: StreamGoneSchema,
        problems: ['stream-evicted', 'stream-finished', 'stream-ended'],
      },
    },
  },
  handle: (call) => {
    const { user, tenant, report, given } = readInput(call, (input) => {
      const read = { user: input.user(), tenant: input.tenant(), report: parseCmcdReport(input.cmcdBody()) }
      for (const { pointer, detail } of faultsOf(read.report)) input.fault(pointer, detail)
      const ofToken = new Map<LeaseId, StartInput>()
      for (const { verb, lease } of read.report.wishes) {
        const heartbeat = verb === 'heartbeat' ? input.reportedHeartbeat(lease) : undefined
        if (heartbeat !== undefined) ofToken.set(lease, heartbeat)
      }
      return { ...read, given: ofToken }
    })
    return apply(call.service, { user, tenant, given }, report.wishes)
  },
}

/** Why a whole report is rejected. Bad lines are not, as long as one is good. */
function* faultsOf({ leases, lines, faults, goodLines }: CmcdReport): Generator<InputFault> {
  if (goodLines === 0) {
    if (faults.length === 0) yield { pointer: '', detail: 'must have one line for each event, got none' }
    yield* faults
  }
  if (lines > CMCD_LINES_MAX) {
    yield { pointer: '', detail: `must have at most ${CMCD_LINES_MAX} lines, got ${lines}` }
  }
  if (leases > CMCD_LEASES_MAX) {
    yield { pointer: '', detail: `must name at most ${CMCD_LEASES_MAX} leases, got ${leases}` }
  }
}

type Reporter = {
  readonly user: UserId
  readonly tenant: string | undefined
  /** What the token of the caller says of streams, by lease. */
  readonly given: ReadonlyMap<LeaseId, StartInput>
}

/**
 * Applies all wishes, one after the other, because they are about one user and parallel writes
 * would conflict. Then the answer is a refusal if there is one: a stream that goes on must not hide
 * one that may not.
 */
async function apply(
  { limiter }: Service,
  { user, tenant, given }: Reporter,
  wishes: readonly CmcdWish[],
): Promise<Outcome> {
  const decisions: Decision[] = []
  let gone: Outcome | undefined
  let denied: Outcome | undefined
  for (const { lease, verb, report, playingContentId } of wishes) {
    const asked = { verb, user, tenant, lease, isReport: true }
    if (verb === 'stop') {
      const { outcome } = await limiter.playedOut({ user, tenant, id: lease, report, playingContentId })
      decisions.push({ ...asked, outcome })
      continue
    }
    const { stream = streamOf(lease), plan, isPlanUnknown } = given.get(lease) ?? {}
    const result = await limiter.heartbeat({ user, tenant, stream, plan, report })
    const meant = { isPlanNamed: plan !== undefined, isPlanUnknown: isPlanUnknown === true }
    const outcome = presentResult({ ...asked, ...meant }, { user }, result)
    decisions.push(...decisionsIn(outcome.decision))
    if (!('fault' in outcome)) continue
    const isDenied = ['denied', 'device-denied', 'pool-full'].includes(outcome.fault.kind)
    if (isDenied) denied ??= outcome
    else gone ??= outcome
  }
  return { ...(gone ?? denied ?? noContent()), decision: decisions }
}

function streamOf(lease: LeaseId): StreamDescription {
  return splitLeaseId(lease) as StreamDescription
}
