/**
 * A policy in words, as the service understands it.
 */
import type { DeviceRule, Limit, Pace, Plan, Policy } from '@streamgate/core'
import { filterInWords, limitScope, slotsInWords } from '../text/limit-scope.ts'
import { printable } from '../text/printable.ts'
import { textTable } from '../text/text-table.ts'

const DAY_MS = 86_400_000

/** All plans as a table, after how long a lease runs and how often players call. */
export function policyInWords(policy: Policy): string {
  const { paces, tenants = new Map() } = policy
  const rows = [
    ...rowsOf(policy, ''),
    ...[...tenants].flatMap(([name, tenant]) => rowsOf(tenant, `${printable(name)}: `)),
  ]
  const { whenRoom, whenFull } = paces
  const isOne =
    whenRoom.heartbeatSeconds === whenFull.heartbeatSeconds && whenRoom.leaseMs === whenFull.leaseMs
  const pace = isOne
    ? paceInWords(whenRoom)
    : `${paceInWords(whenRoom)}, for users who may start one more stream; ${paceInWords(whenFull)}, for those who may not`
  const table = textTable({ head: ['PLAN', 'LIMITS', 'WHEN FULL', 'BESIDES'], rows })
  const lines = table + poolsInWords(policy) + failingInWords(policy)
  return [pace, '', lines].join('\n')
}

function failingInWords({ whenStoreFails }: Policy): string {
  if (whenStoreFails !== 'allow') return ''
  return 'While the store does not answer, every stream may run, and none is counted\n'
}

/** A line for each pool over all users. */
function poolsInWords({ pools = [] }: Policy): string {
  return pools
    .map(({ name, max, where, per }) => {
      const scope = limitScope(
        { max, ...(where && { where }), ...(per !== undefined && { per }) },
        { per: 'each' },
      )
      return `Pool ${printable(name)}: ${max} streams of all users${scope}\n`
    })
    .join('')
}

/** A row for each plan, of a policy or of one of its tenants. */
function rowsOf({ plans, defaultPlan }: Pick<Policy, 'plans' | 'defaultPlan'>, whose: string) {
  return [...plans.values()].map((plan) => [
    whose + printable(plan.name) + (plan.name === defaultPlan.name ? ' (default)' : ''),
    plan.limits.map(limitInWords),
    plan.whenFull,
    besides(plan),
  ])
}

/** The default plan in one line: `3 streams, deny when full, lease 75 s, heartbeat every 25 s`. */
export function policySummary({ plans, defaultPlan, paces }: Policy): string {
  const limits = defaultPlan.limits.map(limitInWords).join(' and ')
  const rules = `${limits}, ${defaultPlan.whenFull} when full, ${paceInWords(paces.whenRoom)}`
  return plans.size === 1 ? rules : `${plans.size} plans, ${printable(defaultPlan.name)} by default: ${rules}`
}

/**
 * One limit: `2 streams with deviceType tv or console`, `1 stream on each contentId`, `streams on 1
 * network`.
 */
export function limitInWords(limit: Limit): string {
  const slots = slotsInWords(limit)
  const counted = limit.distinct === undefined ? slots : `streams on ${slots}`
  const asked = [limit.per, limit.distinct].filter((name) => name !== undefined)
  const missing = limit.missing === 'deny' ? `, none without ${asked.join(' and ')}` : ''
  return counted + limitScope(limit, { per: 'each' }) + missing
}

function paceInWords({ leaseMs, heartbeatSeconds }: Pace): string {
  const lease = leaseMs === null ? 'held until it is stopped' : `lease ${leaseMs / 1000} s`
  return `${lease}, ${heartbeatSeconds === null ? 'no heartbeat' : `heartbeat every ${heartbeatSeconds} s`}`
}

/** What a plan does apart from counting, one line each. */
function besides(plan: Plan): string[] {
  const { sameDeviceReplaces, ignore, grace, devices, enforcePercent, shadow } = plan
  return [
    ...(devices === null ? [] : devicesInWords(devices)),
    ...(sameDeviceReplaces ? [] : ['a device may hold several streams']),
    ...ignore.map((filter) => `ignores ${filterInWords(filter)}`),
    ...(grace === null ? [] : [`${grace.streams} more for ${grace.windowMs / 1000} s`]),
    ...(enforcePercent < 100 ? [`enforced for ${enforcePercent} % of users, logged for the others`] : []),
    ...(shadow === null ? [] : [`on trial: ${printable(shadow.name)}, ${rulesInWords(shadow)}`]),
  ]
}

/** Device registration, one line each: `3 registered devices, replace-least-recent when full`. */
function devicesInWords({ max, changes, exempt, whenFull }: DeviceRule): string[] {
  const often = changes === null ? '' : `, ${changes.max} registrations in ${changes.windowMs / DAY_MS} days`
  return [
    `${max} registered device${max === 1 ? '' : 's'}, ${whenFull} when full${often}`,
    ...exempt.map((filter) => `no registration with ${filterInWords(filter)}`),
  ]
}

function rulesInWords(plan: Plan): string {
  return [plan.limits.map(limitInWords).join(' and '), plan.whenFull, ...besides(plan)].join(', ')
}
