/** Warnings: what is allowed in a policy but makes little sense. */
import {
  attributesAsked,
  escapePointer,
  type Limit,
  type Plan,
  type Policy,
  type PolicyFault,
} from '@streamgate/core'
import { isNegated, textsIn } from '../text/limit-scope.ts'
import { limitInWords } from './policy-words.ts'

/** A limit that `whenFull` can hardly be meant for, because no user has so many streams. */
const EVICTING_MAX = 1000
/**
 * A lease shorter than this many intervals ends at the first late heartbeat. For long intervals the
 * warning is for a lease that lasts less than half a minute longer than the longest interval with
 * jitter, which is a tenth longer.
 */
const HEARTBEATS_PER_LEASE_MIN = 1.5
const LONGEST_TOLD = 1.1
const MARGIN_SECONDS = 30

/**
 * What a limit requires of each attribute: one of these values. One that is not there is not
 * restricted.
 */
type Wanted = ReadonlyMap<string, ReadonlySet<string>>

/** How a policy will be used. */
export type PolicyUse = {
  /** Whether addresses are read from the header of a proxy. Unknown if absent. */
  readonly isProxyTrusted?: boolean
}

/** The warnings about a policy, each by the JSON pointer of its subject. */
export function policyWarnings(policy: Policy, { isProxyTrusted }: PolicyUse = {}): PolicyFault[] {
  const { plans, paces, tenants = new Map() } = policy
  const placed = [
    ...placesOf('', plans),
    ...[...tenants].flatMap(([name, tenant]) => placesOf(`/tenants/${escapePointer(name)}`, tenant.plans)),
  ]
  const onNetwork = isProxyTrusted === false ? placed.flatMap(networkWarnings) : []
  return [
    ...paceWarnings(paces),
    ...placed.flatMap(planWarnings),
    ...placed.flatMap(deviceWarnings),
    ...onNetwork,
  ]
}

/** A plan and its JSON pointer. */
type PlacedPlan = { readonly plan: Plan; readonly pointer: string }

function placesOf(within: string, plans: ReadonlyMap<string, Plan>): PlacedPlan[] {
  return [...plans.values()].map((plan) => ({
    plan,
    pointer: `${within}/plans/${escapePointer(plan.name)}`,
  }))
}

/** A limit on networks counts one network if all calls come from one proxy, or from a backend. */
function networkWarnings({ plan: { limits }, pointer }: PlacedPlan): PolicyFault[] {
  const index = limits.findIndex((limit) =>
    attributesAsked({ limits: [limit], ignore: [] }).includes('network'),
  )
  const detail =
    'asks for the network: behind a load balancer all viewers share one unless you set STREAMGATE_TRUSTED_PROXIES, and behind your own backend unless it sends clientAddress'
  return index === -1 ? [] : [{ pointer: `${pointer}/limits/${index}`, detail }]
}

function deviceWarnings({ plan: { devices }, pointer }: PlacedPlan): PolicyFault[] {
  const { max = 0, changes = null } = devices ?? {}
  if (changes === null || changes.max >= max) return []
  const detail = `lets a new user register ${changes.max} of ${max} devices at first, because first registrations count too`
  return [{ pointer: `${pointer}/devices/changes/max`, detail }]
}

function paceWarnings(paces: Policy['paces']): PolicyFault[] {
  const isTight = Object.values(paces).some(
    ({ heartbeatSeconds, leaseMs }) =>
      heartbeatSeconds !== null &&
      leaseMs !== null &&
      leaseMs / 1000 < sensibleLeaseSeconds(heartbeatSeconds),
  )
  const detail = 'is so close to the lease that one heartbeat that comes late ends the stream'
  return isTight ? [{ pointer: '/heartbeatSeconds', detail }] : []
}

function sensibleLeaseSeconds(heartbeatSeconds: number): number {
  return Math.min(
    heartbeatSeconds * HEARTBEATS_PER_LEASE_MIN,
    heartbeatSeconds * LONGEST_TOLD + MARGIN_SECONDS,
  )
}

function planWarnings({ plan, pointer }: PlacedPlan): PolicyFault[] {
  const { shadow, enforcePercent } = plan
  const warnings = ruleWarnings(pointer, plan)
  if (shadow === null) return warnings
  // A shadow that is another plan is warned of there.
  if (shadow.name === `${plan.name} (shadow)`) warnings.push(...ruleWarnings(`${pointer}/shadow`, shadow))
  if (rulesOf(shadow) === rulesOf(plan)) {
    warnings.push({ pointer: `${pointer}/shadow`, detail: 'decides the same as the plan itself' })
  }
  if (enforcePercent < 100) {
    const detail = `is tried only for the ${enforcePercent} % of users for whom the plan is enforced. For the others the plan itself is on trial`
    warnings.push({ pointer: `${pointer}/shadow`, detail })
  }
  return warnings
}

function rulesOf({ name: _name, enforcePercent: _percent, shadow: _shadow, ...rules }: Plan): string {
  return JSON.stringify(rules)
}

function ruleWarnings(pointer: string, plan: Plan): PolicyFault[] {
  const { limits, whenFull, sameDeviceReplaces, grace } = plan
  const warnings = limits.flatMap((limit, index) => {
    const detail = limitDoubt(limit, plan)
    return detail === undefined ? [] : [{ pointer: `${pointer}/limits/${index}`, detail }]
  })
  const onAll = limits.filter((limit) => limit.per === undefined && wantedBy(limit).size === 0)
  if (onAll.every(({ distinct }) => distinct !== undefined)) {
    const detail =
      onAll.length === 0
        ? 'count no stream without these members: a limit on all streams is missing'
        : 'let any number of streams share a slot: a limit on all streams is missing'
    warnings.push({ pointer: `${pointer}/limits`, detail })
  }
  if (whenFull !== 'deny' && Math.min(...limits.map(({ max }) => max)) >= EVICTING_MAX) {
    warnings.push({
      pointer: `${pointer}/whenFull`,
      detail: `ends no stream before there are ${EVICTING_MAX}`,
    })
  }
  if (grace !== null && whenFull !== 'deny') {
    const detail = `never admits a stream: with ${whenFull} there is always room`
    warnings.push({ pointer: `${pointer}/graceStreams`, detail })
  }
  if (sameDeviceReplaces && limits.some(({ per }) => per === 'deviceId')) {
    const index = limits.findIndex(({ per }) => per === 'deviceId')
    const detail = 'never denies a start: with sameDeviceReplaces a device has one stream'
    warnings.push({ pointer: `${pointer}/limits/${index}`, detail })
  }
  return warnings
}

/**
 * Why a limit never decides anything, if so. A rule that says what a member is not is taken to
 * decide something.
 */
function limitDoubt(limit: Limit, plan: Plan): string | undefined {
  const limits = plan.limits.filter((one) => !saysNot(one))
  if (limit.missing !== undefined) return undefined
  const ignore = plan.ignore.filter((filter) => !saysNot({ max: 1, where: filter }))
  if (saysNot(limit)) return undefined
  const { devices } = plan
  if (devices !== null && devices.exempt.length === 0 && limit.distinct === 'deviceId') {
    if (limit.max >= devices.max) return `is never reached: a user has at most ${devices.max} devices`
  }
  const wanted = wantedBy(limit)
  const impossible = [...wanted].find(([, values]) => values.size === 0)
  if (impossible !== undefined)
    return `counts nothing: no ${impossible[0]} is both in where and in the limit itself`
  if (ignore.some((filter) => isWithin(wanted, wantedBy({ max: 1, where: filter })))) {
    return 'counts nothing: all that it asks for is ignored'
  }
  const at = limits.indexOf(limit)
  const tighter = limits.find((other, index) => {
    const isTighter = other.max < limit.max || (other.max === limit.max && index < at)
    const isSameScope =
      (other.per === undefined || other.per === limit.per) &&
      (other.distinct === undefined || other.distinct === limit.distinct)
    return index !== at && isTighter && isSameScope && isWithin(wanted, wantedBy(other))
  })
  return tighter && `is never reached: “${limitInWords(tighter)}” is as tight or tighter`
}

function saysNot({ deviceType, where = {} }: Limit): boolean {
  return [deviceType, ...Object.values(where)].some((wanted) => wanted !== undefined && isNegated(wanted))
}

function wantedBy({ deviceType, where = {} }: Limit): Wanted {
  const wanted = new Map<string, ReadonlySet<string>>()
  for (const member of new Set(['deviceType', ...Object.keys(where)])) {
    const asked = member === 'deviceType' ? [deviceType, where['deviceType']] : [where[member]]
    const sets = asked.filter((values) => values !== undefined).map((values) => new Set(textsIn(values)))
    const [first, second = first] = sets
    if (first !== undefined && second !== undefined)
      wanted.set(member, new Set([...first].filter((value) => second.has(value))))
  }
  return wanted
}

/** Whether `outer` describes every stream that `inner` describes. */
function isWithin(inner: Wanted, outer: Wanted): boolean {
  return [...outer].every(([member, values]) => {
    const asked = inner.get(member)
    return asked !== undefined && [...asked].every((value) => values.has(value))
  })
}
