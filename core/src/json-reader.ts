import type { PolicyFault } from './policy.ts'

/** A JSON object, its members unchecked. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Reads values out of JSON, and gathers what is wrong with them, each by its JSON pointer (RFC 6901). */
export class JsonReader {
  readonly faults: PolicyFault[] = []
  /** Where an object should stand and does not: what is missing in it is no fault of its own. */
  readonly #missing: string[] = []

  /** An object; where `known` is given, with no other members. */
  object(pointer: string, value: unknown, known?: readonly string[]): JsonObject {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fault(pointer, `must be an object, got ${show(value)}`)
      this.#missing.push(`${pointer}/`)
      return {}
    }
    for (const name of Object.keys(value)) {
      if (known === undefined || known.includes(name)) continue
      this.fault(`${pointer}/${escapePointer(name)}`, `is not known here; known: ${known.join(', ')}`)
    }
    return value as JsonObject
  }

  /** A list of so many at most; `shape` says what it should have been. */
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
    if (this.#missing.some((place) => pointer.startsWith(place))) return
    this.faults.push({ pointer, detail })
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

/** A name as a part of a JSON pointer: RFC 6901, section 3. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** A value as a fault speaks of it. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value)
}
