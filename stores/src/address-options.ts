/**
 * The options at the end of a store's address, as in `dynamodb:Users?clockSkewMs=50`. Each may be
 * given once.
 */

import { masked } from './engine.ts'

/** A whole number within bounds, or a text that is not empty. */
export type AddressOption = { readonly min: number; readonly max: number } | 'text'

/** The options that an address can have, by name. */
export type AddressOptions = Readonly<Record<string, AddressOption>>

/** What an address gives. A number is present only as its option says. */
export type GivenOptions<Known extends AddressOptions> = {
  readonly [Name in keyof Known]?: Known[Name] extends 'text' ? string : number
}

/**
 * Reads what stands behind the `?` of an address.
 *
 * @throws {Error} that says what is wrong, as "must have …".
 */
export function parsedOptions<Known extends AddressOptions>(
  query: string,
  known: Known,
): GivenOptions<Known> {
  const given = new Map<string, string | number>()
  for (const part of query.split('&')) {
    const [name = '', ...rest] = part.split('=')
    if (part === '')
      throw new Error(`must have an option after each ? and &, got ${JSON.stringify(masked(query))}`)
    const option = Object.hasOwn(known, name) ? known[name] : undefined
    if (option === undefined) {
      throw new Error(`has the options ${inWords(Object.keys(known))}, got ${JSON.stringify(name)}`)
    }
    if (given.has(name)) throw new Error(`must have ${name} once, got ${JSON.stringify(masked(query))}`)
    given.set(name, option === 'text' ? parsedText(name, rest) : parsedNumber(name, rest.join('='), option))
  }
  return Object.fromEntries(given) as GivenOptions<Known>
}

/** Options as they stand in an address, with their `?`. Empty if there are none. */
export function optionsText(given: Readonly<Record<string, string | number | undefined>>): string {
  const parts = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${typeof value === 'string' ? encodeURIComponent(value) : value}`],
  )
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

function parsedNumber(name: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = /^(?:0|[1-9]\d{0,4})$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new Error(`must have a ${name} from ${min} to ${max}, got ${JSON.stringify(text)}`)
}

function parsedText(name: string, rest: readonly string[]): string {
  const text = decoded(rest.join('='))
  if (text !== undefined && text !== '') return text
  throw new Error(`must have a ${name} that is not empty, with % and & as %25 and %26`)
}

/** The text without its percent encoding. `undefined` if that is malformed. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function inWords(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
