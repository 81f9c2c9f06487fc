import type { PolicyFault } from './fault.ts'

/** The longest text, in UTF-16 units, and the most names that a fault shows. */
const SHOWN_LENGTH_MAX = 80
const NAMES_SHOWN_MAX = 20

/** A JSON object, its members unchecked. */
export type JsonObject = Readonly<Record<string, unknown>>

/**
 * Reads values out of JSON, and collects what is wrong with them, each by its JSON pointer (RFC
 * 6901).
 */
export class JsonReader {
  readonly faults: PolicyFault[] = []
  /** Stands for an object that is missing, so that its missing members are not further faults. */
  readonly #missing = new Set<string>()

  /** An object. If `known` is given, it may have no other members. */
  object(pointer: string, value: unknown, known?: readonly string[]): JsonObject {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fault(pointer, `must be an object, got ${show(value)}`)
      this.#missing.add(pointer)
      return {}
    }
    for (const name of Object.keys(value)) {
      if (known === undefined || known.includes(name)) continue
      this.fault(`${pointer}/${escapePointer(name)}`, `is not known here; known: ${known.join(', ')}`)
    }
    return value as JsonObject
  }

  /** A list of at most so many. `shape` says what it should have been. */
  list(pointer: string, value: unknown, { max, shape }: { max: number; shape: string }): readonly unknown[] {
    if (Array.isArray(value) && value.length >= 1 && value.length <= max) return value
    const got = Array.isArray(value) ? `${value.length} members` : show(value)
    this.fault(pointer, `must be a list of 1 to ${max} ${shape}, got ${got}`)
    return []
  }

  wholeNumber(pointer: string, value: unknown, max: number): number {
    return this.#number(pointer, value, { max, isWhole: true })
  }

  /** A number from 0 up. */
  share(pointer: string, value: unknown, max: number): number {
    return this.#number(pointer, value, { max, isWhole: false })
  }

  isTrue(pointer: string, value: unknown): boolean {
    if (typeof value === 'boolean') return value
    this.fault(pointer, `must be true or false, got ${show(value)}`)
    return false
  }

  oneOf<Name extends string>(pointer: string, value: unknown, names: readonly [Name, ...Name[]]): Name {
    const found = names.find((name) => name === value)
    if (found === undefined)
      this.fault(pointer, `must be one of ${names.map(show).join(', ')}, got ${show(value)}`)
    return found ?? names[0]
  }

  fault(pointer: string, detail: string): void {
    if (!this.#isWithinMissing(pointer)) this.faults.push({ pointer, detail })
  }

  /**
   * A file may have thousands of faults. So parents are looked up instead of searching the list.
   */
  #isWithinMissing(pointer: string): boolean {
    if (this.#missing.size === 0) return false
    let parent = pointer
    while (parent !== '') {
      parent = parent.slice(0, parent.lastIndexOf('/'))
      if (this.#missing.has(parent)) return true
    }
    return false
  }

  #number(pointer: string, value: unknown, { max, isWhole }: { max: number; isWhole: boolean }): number {
    const min = isWhole ? 1 : 0
    const isRight = typeof value === 'number' && (!isWhole || Number.isInteger(value))
    if (isRight && value >= min && value <= max) return value
    this.fault(
      pointer,
      `must be a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}, got ${show(value)}`,
    )
    return 1
  }
}

/** Whether a value is an object or a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null
}

/** A name as a part of a JSON pointer: RFC 6901, section 3. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** A value as a fault shows it: only the beginning of a long text. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const isLong = typeof value === 'string' && value.length > SHOWN_LENGTH_MAX
  return JSON.stringify(isLong ? `${value.slice(0, SHOWN_LENGTH_MAX - 1)}…` : value)
}

/** The names of a map as a fault lists them: the first ones, and how many more there are. */
export function showNames(map: ReadonlyMap<string, unknown>): string {
  const shown: string[] = []
  for (const name of map.keys()) {
    if (shown.length === NAMES_SHOWN_MAX) return `${shown.join(', ')} and ${map.size - shown.length} more`
    shown.push(show(name))
  }
  return shown.join(', ')
}
