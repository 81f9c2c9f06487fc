/**
 * The policies of a run. Some runs have plans that only limit a count, as most real plans do. In
 * the others plans are combined at random, because a single rule alone seldom breaks.
 */
import { planOfOneLimit, type Limit, type Plan, type Policy } from '@streamgate/core'
import { PLAYBACKS } from './cast.ts'
import type { SeededRandom } from './seeded-random.ts'

/** How the policies of a run are generated. */
export type PolicyStyle = {
  readonly isPlain: boolean
  readonly isAdaptive: boolean
  /** Whether there is only one plan, so that requests need not name it. */
  readonly hasOnePlan: boolean
  readonly leaseMs: number | null
}

/** The plans by name, each with its limit on all streams. */
const PLANS: readonly (readonly [string, number])[] = [
  ['one', 1],
  ['two', 2],
  ['three', 3],
]
const DEFAULT_PLAN = 'two'

const LIMITS: readonly Limit[] = [
  { max: 1, deviceType: 'tv' },
  { max: 2, deviceType: ['tv', 'web'] },
  { max: 1, per: 'contentId' },
  { max: 1, per: 'deviceId' },
  { max: 2, per: 'deviceId' },
  { max: 1, where: { contentId: ['film', 'news'] } },
  { max: 1, where: { deviceType: { not: 'web' } }, per: 'contentId' },
  { max: 1, distinct: 'network' },
  { max: 2, distinct: 'network', where: { deviceType: { not: 'phone' } } },
]

export function policyOf(random: SeededRandom, style: PolicyStyle): Policy {
  const offered = PLANS.filter(([name]) => !style.hasOnePlan || name === DEFAULT_PLAN)
  const plans = offered.map(([name, max]) => planOf(random, style, { name, max }))
  const defaultPlan = plans.find(({ name }) => name === DEFAULT_PLAN)
  if (defaultPlan === undefined) throw new Error('No plan is the default')
  return {
    paces: pacesOf(style),
    defaultPlan,
    plans: new Map(plans.map((plan) => [plan.name, plan])),
  }
}

/**
 * The policy that replaces this one. Its leases may be longer or shorter, its limits higher or
 * lower.
 */
export function policyAfter(random: SeededRandom, { leaseMs, ...style }: PolicyStyle): Policy {
  const nextMs = leaseMs === null ? null : leaseMs * random.pick([1, 1, 2, 0.5])
  const policy = policyOf(random, { ...style, leaseMs: nextMs })
  const shift = random.pick([-1, -1, 0, 1])
  const plans = [...policy.plans.values()].map((plan) => ({
    ...plan,
    limits: plan.limits.map((limit) => ({ ...limit, max: Math.max(1, limit.max + shift) })),
  }))
  const defaultPlan = plans.find(({ name }) => name === DEFAULT_PLAN) ?? policy.defaultPlan
  return { ...policy, defaultPlan, plans: new Map(plans.map((plan) => [plan.name, plan])) }
}

/** How long after a request something may expire under this policy. */
export function edgesOf({ paces, plans }: Policy): number[] {
  const leases = [paces.whenRoom, paces.whenFull].flatMap(({ leaseMs }) => leaseMs ?? [])
  const windows = [...plans.values()].flatMap(({ grace }) => grace?.windowMs ?? [])
  return [...leases, ...leases.map((leaseMs) => 2 * leaseMs), ...windows]
}

/** Intervals are whole seconds, so leases that depend on them are long. */
export const ADAPTIVE_LEASE_RATIO = 100

function paceOf(leaseMs: number): Policy['paces']['whenRoom'] {
  return { leaseMs, heartbeatSeconds: Math.max(1, Math.floor(leaseMs / 3000)) }
}

function pacesOf({ isAdaptive, leaseMs }: PolicyStyle): Policy['paces'] {
  if (!isAdaptive || leaseMs === null) {
    const pace = { leaseMs, heartbeatSeconds: leaseMs === null ? null : leaseMs / 3000 }
    return { whenRoom: pace, whenFull: pace }
  }
  const fullMs = leaseMs * ADAPTIVE_LEASE_RATIO
  return { whenRoom: paceOf(3 * fullMs), whenFull: paceOf(fullMs) }
}

function planOf(
  random: SeededRandom,
  { isPlain, isAdaptive, leaseMs }: PolicyStyle,
  { name, max }: { readonly name: string; readonly max: number },
): Plan {
  if (isPlain) return { ...planOfOneLimit(name, max), sameDeviceReplaces: random.chance(0.5) }
  const unitMs = (leaseMs ?? 100) * (isAdaptive ? ADAPTIVE_LEASE_RATIO : 1)
  const rules = rulesOf(random, { name, max, unitMs })
  const shadow = random.chance(0.4) ? rulesOf(random, { name: `${name} to come`, max, unitMs }) : null
  return { ...rules, enforcePercent: random.pick([100, 100, 100, 50, 20, 0]), shadow }
}

type Sizes = { readonly name: string; readonly max: number; readonly unitMs: number }

function rulesOf(random: SeededRandom, { name, max, unitMs }: Sizes): Plan {
  const windowMs = unitMs * random.pick([0.5, 1, 2.5])
  return {
    ...planOfOneLimit(name, max),
    limits: limitsOf(random, max),
    whenFull: random.pick(['deny', 'evict-oldest', 'evict-idle']),
    sameDeviceReplaces: random.chance(0.5),
    ignore: random.chance(0.25) ? [random.pick([{ contentId: 'trailer' }, { deviceType: ['web'] }])] : [],
    grace: random.chance(0.5) ? { streams: 1 + random.below(2), windowMs } : null,
  }
}

/** One limit alone, on all streams or some. Or several limits, usually with one on all streams. */
function limitsOf(random: SeededRandom, max: number): readonly Limit[] {
  const onAll = { max: random.chance(0.8) ? max : PLAYBACKS.length }
  const others = LIMITS.filter(() => random.chance(0.25))
  if (random.chance(0.25)) return [onAll]
  if (others.length === 0 || random.chance(0.15)) return [random.pick(LIMITS)]
  return random.chance(0.5) ? [onAll, ...others] : [...others, onAll]
}
