/** Rules for denials: a limit was full, the holders are exact, and the wait is right. */
import type { Lease, Refusal, StreamDescription } from '@streamgate/core'
import { isRun, judgedAtMs, type Operation, type RunRequest } from '../history.ts'
import { holdersUnder, isSameLimit, leavingByWish, obstacle, refusalOfMissing, seats } from './plan-model.ts'
import type { PlanInForce } from './plans-in-force.ts'
import { heldFaults } from './outcome-rules.ts'
import { faultsOfBest, nameOf, type Scene } from './scene.ts'
import { isCertainlyLive, lapseMs, wasEverInGrace } from './lifetime.ts'

type Denied = Operation<RunRequest> & { readonly answer: Refusal }

/**
 * A start is denied only if a limit is reached. Its own lease does not count, nor one that it could
 * replace.
 */
export function denialFaults(scene: Scene, operation: Operation): readonly string[] {
  if (!isRun(operation) || operation.answer.outcome !== 'denied') return []
  const { request } = operation
  const { holders, retryAfterMs } = operation.answer
  const faults = [...heldFaults(scene, operation, 'denied')]
  const graced = scene.lifetimes.of(request.id).filter(wasEverInGrace)
  const mayBeJudged =
    request.generation === undefined || graced.some(({ generation }) => generation === request.generation)
  if (!mayBeJudged) faults.push('judges a heartbeat that can never be admitted again')
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

/** What a heartbeat may be about, if the parts that it does not say are as before. */
function formerStreams({ lifetimes }: Scene, { id, verb, stream }: RunRequest): readonly StreamDescription[] {
  if (verb === 'start') return []
  return lifetimes.of(id).map(({ stream: { deviceType, contentId, network } }) => ({
    ...(deviceType !== undefined && { deviceType }),
    ...(contentId !== undefined && { contentId }),
    ...stream,
    ...(network !== undefined && { network }),
  }))
}

type ReadingOfDenial = PlanInForce & { readonly stream: StreamDescription }

/** What is wrong with the denial if this plan gave it, for a newcomer of this description. */
function planFaults(scene: Scene, operation: Denied, reading: ReadingOfDenial): readonly string[] {
  const { effective, plan, stream } = reading
  const { request, answer } = operation
  const { limit, holders } = answer
  const place = effective.limits.findIndex((each) => isSameLimit(each, limit))
  if (place === -1) return [`denied by a limit of ${limit.max}, which its plan does not have`]
  const entry = { plan: effective, stream }
  const faults: string[] = []
  if (answer.plan !== plan.name) faults.push(`denied under ${answer.plan}`)
  const lacking = refusalOfMissing(effective, stream)
  if (lacking !== undefined) {
    const isRight = isSameLimit(lacking, limit) && holders.length === 0
    return isRight ? faults : [...faults, 'does not say that an attribute is missing']
  }
  const filling = holdersUnder(limit, entry, holders)
  if (filling?.length !== holders.length) faults.push(`names others than the holders of its limit`)
  const wish = {
    devicePlan: request.verb === 'start' ? effective : undefined,
    id: request.id,
    stream,
    replaces: request.replaces,
  }
  const leaving = leavingByWish(wish, holders)
  const left = holders.filter((lease) => !leaving.includes(lease))
  if (seats(limit, left) < limit.max) faults.push(`denied by ${seats(limit, left)} of ${limit.max}`)
  const certain = certainHolders(scene, operation)
  const staying = certain.filter((lease) => !leavingByWish(wish, certain).includes(lease))
  faults.push(
    ...(holdersUnder(limit, entry, staying) ?? [])
      .filter(({ generation }) => holders.every((holder) => holder.generation !== generation))
      .map((lease) => `does not name ${nameOf(lease)}, which certainly fills it too`),
  )
  const isEnough = (lease: Lease) =>
    answer.makesRoom.some(({ generation }) => generation === lease.generation)
  if (
    answer.makesRoom.length > 0 &&
    obstacle(
      entry,
      staying.filter((lease) => !isEnough(lease)),
    )
  )
    faults.push('names streams whose end would not make room')
  const first = obstacle(
    { plan: { ...effective, limits: effective.limits.slice(0, place) }, stream },
    staying,
  )
  if (first !== undefined) faults.push(`names a limit of ${limit.max}, though one before it is full`)
  if (request.verb === 'start' && effective.whenFull !== 'deny') faults.push('denied, though it could evict')
  return [...faults, ...graceFaults(scene, operation, reading)]
}

/**
 * The leases that are certainly live from the request to the answer, as known before the request.
 */
function certainHolders(
  { lifetimes }: Scene,
  { invoked, answered, request }: Operation<RunRequest>,
): Lease[] {
  return lifetimes.all
    .filter(({ id }) => id !== request.id)
    .filter(({ certainBySighting }) =>
      isCertainlyLive({ certain: certainBySighting }, invoked.step, answered.step),
    )
    .flatMap(({ sightings }) => sightings[0]?.lease ?? [])
}

/** A plan's grace admits a start, unless the grace may be full as well or may be used up. */
function graceFaults(
  { lifetimes }: Scene,
  { request, invoked, answered }: Denied,
  { effective, stream }: ReadingOfDenial,
): readonly string[] {
  const { grace } = effective
  if (grace === null || request.verb !== 'start') return []
  const possible = lifetimes.all.filter(
    ({ origins, overByStep }) =>
      overByStep > invoked.step && origins.some((origin) => origin.invoked.step < answered.step),
  )
  const mayBeUsedUp = possible.some(
    (lifetime) => wasEverInGrace(lifetime) || lifetime.generation === undefined,
  )
  const others = possible
    .filter(({ id }) => id !== request.id)
    .flatMap(({ sightings }) => sightings[0]?.lease ?? [])
  const mayBeFull = obstacle({ plan: effective, stream, extra: grace.streams }, others) !== undefined
  return mayBeUsedUp || mayBeFull ? [] : ['denied, though the grace is unused']
}
