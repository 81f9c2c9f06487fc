/**
 * The plans of recorded histories, as the checker's model sees them and as the service reads them.
 */

/** One limit on all streams, and what happens when it is reached. */
export type Plan = {
  readonly max: number
  readonly whenFull: 'deny' | 'evict-oldest' | 'evict-idle'
  readonly sameDeviceReplaces: boolean
}

const PLANS = {
  'deny-1': { max: 1, whenFull: 'deny', sameDeviceReplaces: false },
  'deny-2': { max: 2, whenFull: 'deny', sameDeviceReplaces: false },
  'deny-3': { max: 3, whenFull: 'deny', sameDeviceReplaces: false },
  'evict-1': { max: 1, whenFull: 'evict-oldest', sameDeviceReplaces: false },
  'evict-2': { max: 2, whenFull: 'evict-oldest', sameDeviceReplaces: false },
  'evict-3': { max: 3, whenFull: 'evict-oldest', sameDeviceReplaces: false },
  'idle-2': { max: 2, whenFull: 'evict-idle', sameDeviceReplaces: false },
  'device-2': { max: 2, whenFull: 'deny', sameDeviceReplaces: true },
  'device-evict-2': { max: 2, whenFull: 'evict-oldest', sameDeviceReplaces: true },
} as const satisfies Record<string, Plan>

export type PlanName = keyof typeof PLANS

const DEFAULT_PLAN: PlanName = 'deny-3'

/** The plan with this name, or the default plan if there is none. */
export function planNamed(name: string | undefined): Plan {
  const plan = (PLANS as Readonly<Record<string, Plan>>)[name ?? DEFAULT_PLAN]
  if (plan === undefined) throw new RangeError(`There is no plan ${name}`)
  return plan
}

/** The policy file for the service. */
export function policyFile(leaseSeconds: number): object {
  const plans = Object.fromEntries(
    Object.entries(PLANS).map(([name, { max, ...rules }]) => [name, { limits: [{ max }], ...rules }]),
  )
  return { leaseSeconds, defaultPlan: DEFAULT_PLAN, plans }
}
