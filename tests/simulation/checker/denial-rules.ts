/** Rules for denials: of a limit that was full, by exactly its holders, for as long as they can last. */
import type { Lease, Refusal, StreamDescription } from '@streamgate/core'
import { isRun, judgedAtMs, type Operation, type RunRequest } from '../history.ts'
import { holdersUnder, isSameLimit, leavingByWish, obstacle } from './plan-model.ts'
import type { PlanInForce } from './plans-in-force.ts'
import { heldFaults } from './outcome-rules.ts'
import { faultsOfBest, nameOf, type Scene } from './scene.ts'
import { isCertainlyLive, lapseMs, wasEverInGrace } from './lifetime.ts'

type Denied = Operation<RunRequest> & { readonly answer: Refusal }

/** Denied only if a limit was reached, not by the lease itself, and not for one that could have made room. */
export function denialFaults(scene: Scene, operation: Operation): readonly string[] {
  if (!isRun(operation) || operation.answer.outcome !== 'denied') return []
  const { request } = operation
  const { holders, retryAfterMs } = operation.answer
  const faults = [...heldFaults(scene, operation, 'denied')]
  const graced = scene.takings.of(request.id).filter(wasEverInGrace)
  const mayBeJudged =
    request.generation === undefined || graced.some(({ generation }) => generation === request.generation)
  if (!mayBeJudged) faults.push('judges by the limit a heartbeat that is never admitted anew')
  if (holders.some((lease) => lease.id === request.id)) faults.push('denied by its own lease')
  const lapses = holders.flatMap((lease) => lapseMs(lease) ?? [])
  const wait = lapses.length === 0 ? null : Math.min(...lapses) - judgedAtMs(operation, scene.terms)
  if (retryAfterMs !== wait) faults.push(`says to wait for ${retryAfterMs} ms, not ${wait}`)
  const newcomers = [request.stream, ...formerStreams(scene, request), ...graced.map(({ stream }) => stream)]
  const readings = newcomers.flatMap((stream) =>
    scene.plansOf(operation).map((terms) => ({ stream, ...terms })),
  )
  return [...faults, ...faultsOfBest(readings, (reading) => planFaults(scene, operation as Denied, reading))]
}

/** What a heartbeat may be about, if what it does not say is as it was before. */
function formerStreams({ takings }: Scene, { id, verb, stream }: RunRequest): readonly StreamDescription[] {
  if (verb === 'start') return []
  return takings.of(id).map(({ stream: { deviceType, contentId } }) => ({
    ...(deviceType !== undefined && { deviceType }),
    ...(contentId !== undefined && { contentId }),
    ...stream,
  }))
}

type ReadingOfDenial = PlanInForce & { readonly stream: StreamDescription }

/** What is wrong with the denial if it was given by this plan, for a newcomer of this description. */
function planFaults(scene: Scene, operation: Denied, reading: ReadingOfDenial): readonly string[] {
  const { holding, plan, stream } = reading
  const { request, answer } = operation
  const { limit, holders } = answer
  const place = holding.limits.findIndex((each) => isSameLimit(each, limit))
  if (place === -1) return [`denied by a limit of ${limit.max}, which its plan does not have`]
  const entry = { plan: holding, stream }
  const faults: string[] = []
  if (answer.plan !== plan.name) faults.push(`denied under ${answer.plan}`)
  const filling = holdersUnder(limit, entry, holders)
  if (filling?.length !== holders.length) faults.push(`names others than the holders of its limit`)
  const wish = {
    devicePlan: request.verb === 'start' ? holding : undefined,
    id: request.id,
    stream,
    replaces: request.replaces,
  }
  const leaving = leavingByWish(wish, holders)
  if (holders.length - leaving.length < limit.max) {
    faults.push(`denied by ${holders.length - leaving.length} of ${limit.max}`)
  }
  const certain = certainHolders(scene, operation)
  faults.push(
    ...(holdersUnder(limit, entry, certain) ?? [])
      .filter(({ generation }) => holders.every((holder) => holder.generation !== generation))
      .map((lease) => `does not name ${nameOf(lease)}, which certainly fills it too`),
  )
  const staying = certain.filter((lease) => !leavingByWish(wish, certain).includes(lease))
  const first = obstacle({ plan: { ...holding, limits: holding.limits.slice(0, place) }, stream }, staying)
  if (first !== undefined) faults.push(`names a limit of ${limit.max}, though one before it is full`)
  if (request.verb === 'start' && holding.whenFull !== 'deny') faults.push('denied, though it could evict')
  return [...faults, ...graceFaults(scene, operation, reading)]
}

/** Who is certainly live, as known before the question, until after the answer. */
function certainHolders({ takings }: Scene, { invoked, answered, request }: Operation<RunRequest>): Lease[] {
  return takings.all
    .filter(({ id }) => id !== request.id)
    .filter(({ vouched }) => isCertainlyLive({ certain: vouched }, invoked.step, answered.step))
    .flatMap(({ sights }) => sights[0]?.lease ?? [])
}

/** A plan's grace lets a start in, unless it may be full as well, or somebody may have used it up. */
function graceFaults(
  { takings }: Scene,
  { request, invoked, answered }: Denied,
  { holding, stream }: ReadingOfDenial,
): readonly string[] {
  const { grace } = holding
  if (grace === null || request.verb !== 'start') return []
  const possible = takings.all.filter(
    ({ origins, overByStep }) =>
      overByStep > invoked.step && origins.some((origin) => origin.invoked.step < answered.step),
  )
  const mayBeUsedUp = possible.some((taking) => wasEverInGrace(taking) || taking.generation === undefined)
  const others = possible
    .filter(({ id }) => id !== request.id)
    .flatMap(({ sights }) => sights[0]?.lease ?? [])
  const mayBeFull = obstacle({ plan: holding, stream, extra: grace.streams }, others) !== undefined
  return mayBeUsedUp || mayBeFull ? [] : ['denied, though nobody has used the grace']
}
