import { AttributeNames } from './attribute-names.ts'
import { escapePointer, isObject, JsonReader, show } from './json-reader.ts'
import type { Paces } from '../pace.ts'
import { nameFault } from './sharing-reader.ts'
import { POOL_MAX, POOLS_MAX, type PoolRule } from '../pools/pool.ts'
import { LIMIT_MAX, type Limit, type StreamFilter, type WantedValues } from '../plan.ts'

/**
 * The most limits of a plan, and the most exemptions. Each is checked for every lease at every
 * start.
 */
const RULES_MAX = 20
/** Most values of one member that a rule may ask for. */
const VALUES_MAX = 100
/** The most attributes that a policy declares. */
const DECLARED_MAX = 100

const MISSING = ['deny'] as const satisfies readonly Limit['missing'][]
const LIMIT_MEMBERS = ['max', 'deviceType', 'where', 'per', 'distinct', 'missing']

/** Reads what plans and pools count: limits and filters. */
export class RuleReader extends JsonReader {
  #attributes = new AttributeNames()

  protected limits(pointer: string, value: unknown): readonly Limit[] {
    const members = this.list(pointer, value, { max: RULES_MAX, shape: 'limits, such as [{ "max": 3 }]' })
    return members.map((member, index) => this.#limit(`${pointer}/${index}`, member))
  }

  #limit(pointer: string, value: unknown): Limit {
    const members = this.object(pointer, value, LIMIT_MEMBERS)
    const { max, deviceType, where, per, distinct, missing } = members
    if (missing !== undefined && per === undefined && distinct === undefined) {
      this.fault(`${pointer}/missing`, 'is only for a limit with "per" or "distinct"')
    }
    return {
      max: this.wholeNumber(`${pointer}/max`, max, LIMIT_MAX),
      ...(deviceType !== undefined && { deviceType: this.#wanted(`${pointer}/deviceType`, deviceType) }),
      ...(where !== undefined && { where: this.filter(`${pointer}/where`, where) }),
      ...(per !== undefined && { per: this.attribute(`${pointer}/per`, per) }),
      ...(distinct !== undefined && { distinct: this.attribute(`${pointer}/distinct`, distinct) }),
      ...(missing !== undefined && { missing: this.oneOf(`${pointer}/missing`, missing, MISSING) }),
    }
  }

  /** The names of free attributes that callers send, beside the usual ones. */
  protected declareAttributes(pointer: string, value: unknown): void {
    if (value === undefined) return
    const names = this.list(pointer, value, { max: DECLARED_MAX, shape: 'names, such as ["profile"]' })
    for (const [index, name] of names.entries()) {
      const fault = AttributeNames.formFault(name)
      if (fault !== undefined) this.fault(`${pointer}/${index}`, fault)
    }
    this.#attributes = new AttributeNames(names.filter((name) => typeof name === 'string'))
  }

  protected attribute(pointer: string, value: unknown): string {
    const fault = this.#attributes.fault(value)
    if (fault !== undefined) this.fault(pointer, fault)
    return String(value)
  }

  protected ignore(pointer: string, value: unknown): readonly StreamFilter[] {
    const shape = 'descriptions, such as [{ "contentId": "trailer" }]'
    const members = this.list(pointer, value, { max: RULES_MAX, shape })
    return members.map((member, index) => this.filter(`${pointer}/${index}`, member))
  }

  /** The pools. A stream that is held until it is stopped would keep its slot forever. */
  protected pools(value: unknown, { whenRoom }: Paces): readonly PoolRule[] {
    const members = Object.entries(this.object('/pools', value))
    if (members.length > POOLS_MAX) {
      this.fault('/pools', `must have at most ${POOLS_MAX} members, got ${members.length}`)
    }
    if (whenRoom.leaseMs === null) this.fault('/pools', 'are only for leases that expire: see leaseSeconds')
    return members.map(([name, member]) => {
      const pointer = `/pools/${escapePointer(name)}`
      const fault = nameFault(name)
      if (fault !== undefined) this.fault(pointer, fault)
      const { max, where, per } = this.object(pointer, member, ['max', 'where', 'per'])
      return {
        name,
        max: this.wholeNumber(`${pointer}/max`, max, POOL_MAX),
        ...(where !== undefined && { where: this.filter(`${pointer}/where`, where) }),
        ...(per !== undefined && { per: this.attribute(`${pointer}/per`, per) }),
      }
    })
  }

  /** One description of streams, or a list of them. */
  protected filters(pointer: string, value: unknown): readonly StreamFilter[] {
    return Array.isArray(value) ? this.ignore(pointer, value) : [this.filter(pointer, value)]
  }

  protected filter(pointer: string, value: unknown): StreamFilter {
    const faultsBefore = this.faults.length
    const members = Object.entries(this.object(pointer, value))
    if (members.length === 0 && this.faults.length === faultsBefore) {
      this.fault(pointer, `must ask for at least one attribute, such as deviceType`)
    }
    const wanted = members.map(([name, asked]) => {
      const at = `${pointer}/${escapePointer(name)}`
      this.attribute(at, name)
      return [name, this.#wanted(at, asked)] as const
    })
    return Object.fromEntries(wanted)
  }

  /** Texts of which any matches, or an object with them as `in`, or with others as `not`. */
  #wanted(pointer: string, value: unknown): WantedValues {
    if (!isObject(value) || Array.isArray(value)) return this.#values(pointer, value)
    const { in: among, not } = this.object(pointer, value, ['in', 'not'])
    if ((among === undefined) === (not === undefined)) {
      this.fault(pointer, 'must have either "in" or "not"')
      return []
    }
    return not === undefined
      ? { in: [this.#values(`${pointer}/in`, among)].flat() }
      : { not: this.#values(`${pointer}/not`, not) }
  }

  /** A text, or a list of texts of which any matches. */
  #values(pointer: string, value: unknown): string | readonly string[] {
    if (typeof value === 'string' && value !== '') return value
    const values = this.list(pointer, value, { max: VALUES_MAX, shape: 'texts, or one text' })
    return values.filter((text, index) => {
      const isRight = typeof text === 'string' && text !== ''
      if (!isRight) this.fault(`${pointer}/${index}`, `must be a text, got ${show(text)}`)
      return isRight
    }) as string[]
  }
}
