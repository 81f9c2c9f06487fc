/** How many streams a user may have at once. */
export type Limit = { readonly max: number }

/** A named limit, and what happens when it is full. */
export type Plan = {
  readonly name: string
  readonly limit: Limit
  readonly whenFull: 'deny'
}

/** All plans, and how long a lease runs. */
export type Policy = {
  /** A lease's length; `null` where a stream is held until it is stopped. */
  readonly leaseMs: number | null
  /** What players are told to wait between heartbeats; `null` where nothing depends on them. */
  readonly heartbeatSeconds: number | null
  readonly defaultPlan: Plan
  readonly plans: ReadonlyMap<string, Plan>
}

/** What is wrong with one place of a policy file, by its JSON pointer (RFC 6901). */
export type PolicyFault = { readonly pointer: string; readonly detail: string }

/** Most streams a plan can grant: beyond a thousand the whole roster no longer fits in one record everywhere. */
const LIMIT_MAX = 1000
/** Longest lease: a week. Somebody who wants longer wants `null`. */
const LEASE_SECONDS_MAX = 604_800
/** Longest name of a plan, in UTF-16 units. */
const PLAN_NAME_LENGTH_MAX = 64

const LEASE_SECONDS_DEFAULT = 75
const HEARTBEATS_PER_LEASE = 3

/** One plan, `standard`: three streams, a lease of 75 s with a heartbeat every 25 s, denied when full. */
export const DEFAULT_POLICY: Policy = (() => {
  const standard: Plan = { name: 'standard', limit: { max: 3 }, whenFull: 'deny' }
  return {
    leaseMs: LEASE_SECONDS_DEFAULT * 1000,
    heartbeatSeconds: LEASE_SECONDS_DEFAULT / HEARTBEATS_PER_LEASE,
    defaultPlan: standard,
    plans: new Map([[standard.name, standard]]),
  }
})()

/** Thrown for a policy that cannot be used; names every fault. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly faults: readonly PolicyFault[]

  constructor(faults: readonly PolicyFault[]) {
    super(faults.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`).join('; '))
    this.faults = faults
  }
}

/**
 * Reads a policy from the value of its JSON file.
 *
 * Members that are left out take their defaults: a lease of 75 s, three heartbeats a lease, and, where
 * there is one plan alone, that one as the default. A member it does not know is a fault, because a
 * misspelt limit must not pass for none.
 *
 * @throws {PolicyError} with every fault, each with its JSON pointer.
 */
export function parsePolicy(value: unknown): Policy {
  return new PolicyReader().read(value)
}

/** Reads the parts of a policy and gathers what is wrong with them. */
class PolicyReader {
  readonly #faults: PolicyFault[] = []

  read(value: unknown): Policy {
    const file = this.#object('', value, [
      '$schema',
      'leaseSeconds',
      'heartbeatSeconds',
      'defaultPlan',
      'plans',
    ])
    const leaseSeconds = this.#leaseSeconds(file['leaseSeconds'])
    const heartbeatSeconds = this.#heartbeatSeconds(file['heartbeatSeconds'], leaseSeconds)
    const plans = file['plans'] === undefined ? DEFAULT_POLICY.plans : this.#plans(file['plans'])
    const defaultPlan = this.#defaultPlan(file['defaultPlan'], plans)
    if (this.#faults.length > 0 || defaultPlan === undefined) throw new PolicyError(this.#faults)
    return {
      leaseMs: leaseSeconds === null ? null : leaseSeconds * 1000,
      heartbeatSeconds,
      defaultPlan,
      plans,
    }
  }

  #leaseSeconds(value: unknown): number | null {
    if (value === undefined) return LEASE_SECONDS_DEFAULT
    if (value === null) return null
    return this.#wholeNumber('/leaseSeconds', value, LEASE_SECONDS_MAX)
  }

  #heartbeatSeconds(value: unknown, leaseSeconds: number | null): number | null {
    if (value === undefined) {
      return leaseSeconds === null ? null : Math.max(1, Math.floor(leaseSeconds / HEARTBEATS_PER_LEASE))
    }
    if (value === null && leaseSeconds === null) return null
    return this.#wholeNumber('/heartbeatSeconds', value, leaseSeconds ?? LEASE_SECONDS_MAX)
  }

  #plans(value: unknown): ReadonlyMap<string, Plan> {
    const members = Object.entries(this.#object('/plans', value))
    if (members.length === 0) this.#fault('/plans', 'must hold at least one plan')
    return new Map(members.map(([name, member]) => [name, this.#plan(name, member)]))
  }

  #plan(name: string, value: unknown): Plan {
    const pointer = `/plans/${escapePointer(name)}`
    if (name.length < 1 || name.length > PLAN_NAME_LENGTH_MAX) {
      this.#fault(pointer, `must have a name of 1 to ${PLAN_NAME_LENGTH_MAX} characters, got ${name.length}`)
    }
    const plan = this.#object(pointer, value, ['limits', 'whenFull'])
    if (plan['whenFull'] !== undefined && plan['whenFull'] !== 'deny') {
      this.#fault(`${pointer}/whenFull`, `must be "deny", got ${show(plan['whenFull'])}`)
    }
    return { name, limit: this.#limit(`${pointer}/limits`, plan['limits']), whenFull: 'deny' }
  }

  #limit(pointer: string, value: unknown): Limit {
    if (!Array.isArray(value) || value.length !== 1) {
      const got = Array.isArray(value) ? `${value.length} limits` : show(value)
      this.#fault(pointer, `must be a list of one limit, such as [{ "max": 3 }], got ${got}`)
      return { max: 1 }
    }
    const limit = this.#object(`${pointer}/0`, value[0], ['max'])
    return { max: this.#wholeNumber(`${pointer}/0/max`, limit['max'], LIMIT_MAX) }
  }

  #defaultPlan(value: unknown, plans: ReadonlyMap<string, Plan>): Plan | undefined {
    const only = plans.size === 1 ? [...plans.values()][0] : undefined
    const named = value === undefined ? only : typeof value === 'string' ? plans.get(value) : undefined
    if (named === undefined) {
      const names = [...plans.keys()].map((name) => show(name)).join(', ')
      this.#fault('/defaultPlan', `must name one of the plans (${names}), got ${show(value)}`)
    }
    return named
  }

  #object(pointer: string, value: unknown, known?: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#fault(pointer, `must be an object, got ${show(value)}`)
      return {}
    }
    for (const name of Object.keys(value)) {
      if (known === undefined || known.includes(name)) continue
      this.#fault(`${pointer}/${escapePointer(name)}`, `is not known here; known: ${known.join(', ')}`)
    }
    return value as Readonly<Record<string, unknown>>
  }

  #wholeNumber(pointer: string, value: unknown, max: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) return value
    this.#fault(pointer, `must be a whole number from 1 to ${max}, got ${show(value)}`)
    return 1
  }

  #fault(pointer: string, detail: string): void {
    this.#faults.push({ pointer, detail })
  }
}

/** RFC 6901, section 3. */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value)
}
