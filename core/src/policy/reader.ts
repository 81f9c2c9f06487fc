/**
 * From the JSON of a policy file to a policy.
 */
import { DEVICE_CHANGES_MAX, DEVICES_MAX } from '../devices.ts'
import { escapePointer, isObject, show, showNames, type JsonObject } from './json-reader.ts'
import { leaseSecondsFor, type Paces } from '../pace.ts'
import type { DeviceChanges, DeviceRule, Grace, Plan, WhenFull } from '../plan.ts'
import { LIMIT_MAX } from '../plan.ts'
import { DEFAULT_POLICY, PolicyError, type Policy, type Tenant } from './policy.ts'
import { RuleReader } from './rule-reader.ts'
import { nameFault, SharingReader } from './sharing-reader.ts'

/** The longest lease: a week. For a longer one, `null` is meant. */
const LEASE_SECONDS_MAX = 604_800
/** Longest name of a plan, in UTF-16 units. */
const PLAN_NAME_LENGTH_MAX = 64
/** The longest grace window: a day. For a longer one, a higher limit is meant. */
const GRACE_SECONDS_MAX = 86_400

const HEARTBEATS_PER_LEASE = 3
/** The longest window in which changes of devices are counted. */
const WINDOW_DAYS_MAX = 365
const DAY_MS = 86_400_000
const DEVICES_MEMBERS = ['max', 'changes', 'exempt', 'whenFull']
const WHEN_DEVICES_FULL = [
  'deny',
  'replace-least-recent',
] as const satisfies readonly DeviceRule['whenFull'][]
const WHEN_FULL = ['deny', 'evict-oldest', 'evict-idle'] as const satisfies readonly WhenFull[]
const WHEN_STORE_FAILS = ['deny', 'allow'] as const
const FILE_MEMBERS = [
  '$schema',
  'attributes',
  'leaseSeconds',
  'heartbeatSeconds',
  'defaultPlan',
  'plans',
  'tenants',
  'pools',
  'whenStoreFails',
]
const RULE_MEMBERS = ['limits', 'whenFull', 'sameDeviceReplaces', 'ignore', 'graceStreams', 'devices']
const PLAN_MEMBERS = [...RULE_MEMBERS, 'enforcePercent', 'shadow', 'sharedWith']

/**
 * Reads a policy from the value of its JSON file.
 *
 * Members that are left out take their defaults: a lease of 75 s, three heartbeats a lease, and, if
 * there is only one plan, that one as the default. An unknown member is a fault, because a misspelt
 * limit must not be ignored.
 *
 * @throws {PolicyError} with every fault, each with its JSON pointer.
 */
export function parsePolicy(value: unknown): Policy {
  const reader = new PolicyReader()
  const policy = reader.read(value)
  if (policy === undefined || reader.faults.length > 0) throw new PolicyError(reader.faults)
  return policy
}

class PolicyReader extends RuleReader {
  read(value: unknown): Policy | undefined {
    const file = this.object('', value, FILE_MEMBERS)
    this.declareAttributes('/attributes', file['attributes'])
    const paces = this.#paces(file)
    const plans = file['plans'] === undefined ? DEFAULT_POLICY.plans : this.#plans('/plans', file['plans'])
    this.#assertNotShared(file['plans'])
    const defaultPlan = this.#defaultPlan('', file['defaultPlan'], plans)
    const named = file['tenants']
    const tenants = named === undefined ? {} : { tenants: this.#tenants(named) }
    const pools = file['pools'] === undefined ? {} : { pools: this.pools(file['pools'], paces) }
    const wish = file['whenStoreFails']
    const failing =
      wish === undefined ? {} : { whenStoreFails: this.oneOf('/whenStoreFails', wish, WHEN_STORE_FAILS) }
    return defaultPlan && { paces, defaultPlan, plans, ...tenants, ...pools, ...failing }
  }

  /** Users are shared by tenants alone. */
  #assertNotShared(plans: unknown): void {
    if (!isObject(plans)) return
    for (const [name, plan] of Object.entries(plans)) {
      const isShared = isObject(plan) && plan['sharedWith'] !== undefined
      if (isShared) this.fault(`/plans/${escapePointer(name)}/sharedWith`, 'is only for plans of tenants')
    }
  }

  /** The tenants by name. Those that share their users have one scope. */
  #tenants(value: unknown): ReadonlyMap<string, Tenant> {
    const members = Object.entries(this.object('/tenants', value))
    const sharing = new SharingReader(members.map(([name]) => name))
    const tenants = members.map(([name, member]) => {
      const pointer = `/tenants/${escapePointer(name)}`
      const faultOfName = nameFault(name)
      if (faultOfName !== undefined) this.fault(pointer, faultOfName)
      const tenant = this.object(pointer, member, ['defaultPlan', 'plans'])
      const plans = this.#plans(`${pointer}/plans`, tenant['plans'])
      sharing.take(`${pointer}/plans`, name, tenant['plans'])
      const defaultPlan = this.#defaultPlan(pointer, tenant['defaultPlan'], plans)
      return [name, { plans, defaultPlan: defaultPlan ?? DEFAULT_POLICY.defaultPlan }] as const
    })
    for (const { pointer, detail } of sharing.faults()) this.fault(pointer, detail)
    return new Map(tenants.map(([name, tenant]) => [name, { ...tenant, scope: sharing.scopeOf(name) }]))
  }

  #paces({ leaseSeconds, heartbeatSeconds }: JsonObject): Paces {
    const lease = this.#leaseSeconds(leaseSeconds)
    if (typeof heartbeatSeconds !== 'object' || heartbeatSeconds === null) {
      const pace = this.#plainPace(lease, heartbeatSeconds)
      return { whenRoom: pace, whenFull: pace }
    }
    const pointer = '/heartbeatSeconds'
    const intervals = this.object(pointer, heartbeatSeconds, ['whenRoom', 'whenFull'])
    const paceFor = (name: 'whenRoom' | 'whenFull') => {
      const interval = this.wholeNumber(`${pointer}/${name}`, intervals[name], lease ?? LEASE_SECONDS_MAX)
      const seconds = lease === undefined ? leaseSecondsFor(interval) : lease
      return { heartbeatSeconds: interval, leaseMs: seconds === null ? null : seconds * 1000 }
    }
    return { whenRoom: paceFor('whenRoom'), whenFull: paceFor('whenFull') }
  }

  #plainPace(lease: number | null | undefined, heartbeatSeconds: unknown) {
    const { heartbeatSeconds: usualInterval, leaseMs: usualLeaseMs } = DEFAULT_POLICY.paces.whenRoom
    if (lease === null) {
      const isNone = heartbeatSeconds === undefined || heartbeatSeconds === null
      const interval = isNone
        ? null
        : this.wholeNumber('/heartbeatSeconds', heartbeatSeconds, LEASE_SECONDS_MAX)
      return { heartbeatSeconds: interval, leaseMs: null }
    }
    if (heartbeatSeconds === undefined) {
      if (lease === undefined) return { heartbeatSeconds: usualInterval, leaseMs: usualLeaseMs }
      return {
        heartbeatSeconds: Math.max(1, Math.floor(lease / HEARTBEATS_PER_LEASE)),
        leaseMs: lease * 1000,
      }
    }
    const interval = this.wholeNumber('/heartbeatSeconds', heartbeatSeconds, lease ?? LEASE_SECONDS_MAX)
    const leaseMs =
      lease === undefined ? Math.max(usualLeaseMs ?? 0, leaseSecondsFor(interval) * 1000) : lease * 1000
    return { heartbeatSeconds: interval, leaseMs }
  }

  /** `undefined` if it is missing or wrong. Then the intervals cannot be checked against it. */
  #leaseSeconds(value: unknown): number | null | undefined {
    if (value === null || value === undefined) return value
    const faultsBefore = this.faults.length
    const seconds = this.wholeNumber('/leaseSeconds', value, LEASE_SECONDS_MAX)
    return this.faults.length === faultsBefore ? seconds : undefined
  }

  #plans(pointer: string, value: unknown): ReadonlyMap<string, Plan> {
    const members = Object.entries(this.object(pointer, value))
    if (members.length === 0 && this.faults.every((fault) => fault.pointer !== pointer)) {
      this.fault(pointer, 'must hold at least one plan')
    }
    const plans = new Map(members.map(([name, member]) => [name, this.#plan(pointer, name, member)]))
    for (const [name, member] of members) {
      const plan = plans.get(name)
      if (plan !== undefined)
        plans.set(name, { ...plan, shadow: this.#shadow(pointer, { plan, member, plans }) })
    }
    return plans
  }

  #plan(within: string, name: string, value: unknown): Plan {
    const pointer = `${within}/${escapePointer(name)}`
    if (name.length < 1 || name.length > PLAN_NAME_LENGTH_MAX) {
      this.fault(pointer, `must have a name of 1 to ${PLAN_NAME_LENGTH_MAX} characters, got ${name.length}`)
    }
    const plan = this.object(pointer, value, PLAN_MEMBERS)
    const percent = plan['enforcePercent']
    const enforcePercent = percent === undefined ? 100 : this.share(`${pointer}/enforcePercent`, percent, 100)
    return { ...this.#rules(name, pointer, plan), enforcePercent }
  }

  #rules(name: string, pointer: string, members: JsonObject): Plan {
    const { limits, whenFull, sameDeviceReplaces, ignore, graceStreams, devices } = members
    return {
      name,
      limits: this.limits(`${pointer}/limits`, limits),
      whenFull: whenFull === undefined ? 'deny' : this.oneOf(`${pointer}/whenFull`, whenFull, WHEN_FULL),
      sameDeviceReplaces:
        sameDeviceReplaces === undefined || this.isTrue(`${pointer}/sameDeviceReplaces`, sameDeviceReplaces),
      ignore: ignore === undefined ? [] : this.ignore(`${pointer}/ignore`, ignore),
      grace: graceStreams === undefined ? null : this.#grace(`${pointer}/graceStreams`, graceStreams),
      devices: devices === undefined ? null : this.#devices(`${pointer}/devices`, devices),
      enforcePercent: 100,
      shadow: null,
    }
  }

  #devices(pointer: string, value: unknown): DeviceRule {
    const { max, changes, exempt, whenFull } = this.object(pointer, value, DEVICES_MEMBERS)
    return {
      max: this.wholeNumber(`${pointer}/max`, max, DEVICES_MAX),
      changes: changes === undefined ? null : this.#changes(`${pointer}/changes`, changes),
      exempt: exempt === undefined ? [] : this.filters(`${pointer}/exempt`, exempt),
      whenFull:
        whenFull === undefined ? 'deny' : this.oneOf(`${pointer}/whenFull`, whenFull, WHEN_DEVICES_FULL),
    }
  }

  #changes(pointer: string, value: unknown): DeviceChanges {
    const { max, days } = this.object(pointer, value, ['max', 'days'])
    return {
      max: this.wholeNumber(`${pointer}/max`, max, DEVICE_CHANGES_MAX),
      windowMs: this.wholeNumber(`${pointer}/days`, days, WINDOW_DAYS_MAX) * DAY_MS,
    }
  }

  /** The shadow plan: another by its name, or its own rules. */
  #shadow(
    within: string,
    { plan: { name }, member, plans }: { plan: Plan; member: unknown; plans: ReadonlyMap<string, Plan> },
  ): Plan | null {
    const value = isObject(member) ? member['shadow'] : undefined
    if (value === undefined) return null
    const pointer = `${within}/${escapePointer(name)}/shadow`
    if (typeof value === 'string') {
      const other = plans.get(value)
      if (other === undefined)
        this.fault(pointer, `must name one of the plans (${showNames(plans)}), got ${show(value)}`)
      return other === undefined ? null : { ...other, enforcePercent: 100, shadow: null }
    }
    return this.#rules(`${name} (shadow)`, pointer, this.object(pointer, value, RULE_MEMBERS))
  }

  #grace(pointer: string, value: unknown): Grace {
    const { streams, seconds } = this.object(pointer, value, ['streams', 'seconds'])
    return {
      streams: this.wholeNumber(`${pointer}/streams`, streams, LIMIT_MAX),
      windowMs: this.wholeNumber(`${pointer}/seconds`, seconds, GRACE_SECONDS_MAX) * 1000,
    }
  }

  #defaultPlan(within: string, value: unknown, plans: ReadonlyMap<string, Plan>): Plan | undefined {
    const only = plans.size === 1 ? [...plans.values()][0] : undefined
    const named = value === undefined ? only : typeof value === 'string' ? plans.get(value) : undefined
    if (named === undefined && plans.size > 0) {
      this.fault(
        `${within}/defaultPlan`,
        `must name one of the plans (${showNames(plans)}), got ${show(value)}`,
      )
    }
    return named
  }
}
