import { createHash } from 'node:crypto'
import {
  DEFAULT_POLICY,
  FAULTS_NAMED_MAX,
  faultsInWords,
  parsePolicy,
  PolicyError,
  shortPointer,
  type Policy,
  type PolicyFault,
} from '@streamgate/core'
import { JsonPlaces, JsonSyntaxError, type Place } from '../text/json-places.ts'
import { readPolicyTextSync } from './policy-text.ts'

/** A policy, with its JSON and the file that this came from, where there are such. */
export type PolicySource = { readonly policy: Policy; readonly text?: string; readonly file?: string }

/** What is wrong with one place of a policy's JSON. */
export type PlacedFault = PolicyFault & Place

/** Thrown for a text that is no policy; `faults` holds every one with its place, its message names the first twenty. */
export class PolicyTextError extends Error {
  override readonly name = 'PolicyTextError'
  readonly faults: readonly PlacedFault[]
  /** Whether it is not even JSON: then there is one fault. */
  readonly isNoJson: boolean

  constructor(faults: readonly PlacedFault[], isNoJson: boolean) {
    super(faultsInWords(faults))
    this.faults = faults
    this.isNoJson = isNoJson
  }
}

/**
 * The policy that a JSON text holds.
 *
 * @throws {PolicyTextError} with every fault, each with its JSON pointer, line and column.
 */
export function parsePolicyText(text: string): Policy {
  const places = placesIn(text)
  try {
    return parsePolicy(JSON.parse(text))
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    const faults = error.faults.map((fault) => ({ ...fault, ...places.of(fault.pointer) }))
    throw new PolicyTextError(faults, false)
  }
}

/**
 * Where the values of a policy's JSON stand.
 *
 * @throws {PolicyTextError} where it is not JSON.
 */
export function placesIn(text: string): JsonPlaces {
  try {
    return new JsonPlaces(text)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw new PolicyTextError(
      [{ pointer: '', detail: `is not JSON: ${error.message}`, ...error.place }],
      true,
    )
  }
}

/**
 * The policy that a setting means: of no text the built-in one, of a text that begins with `{` what that
 * JSON says, else what the file of this name holds.
 *
 * @throws {Error} with what is wrong, as "must …" or "names …"; the first faults of a policy by their JSON pointers.
 */
export function readPolicy(setting: string): PolicySource {
  if (setting === '') return { policy: DEFAULT_POLICY }
  const isFile = !setting.startsWith('{')
  try {
    const text = isFile ? readPolicyTextSync(setting) : setting
    const policy = parsePolicyText(text)
    return isFile ? { policy, text, file: setting } : { policy, text }
  } catch (error) {
    if (error instanceof PolicyTextError && !error.isNoJson) {
      const lines = linesOf(error.faults).map((line) => `\n  ${line}`)
      throw new Error(`names a policy with faults${isFile ? `, ${setting}` : ''}:${lines.join('')}`, {
        cause: error,
      })
    }
    throw new Error(`must name a JSON file or be JSON, got ${JSON.stringify(setting)}: ${reasonFor(error)}`, {
      cause: error,
    })
  }
}

/** SHA-256 of a policy's text, as `sha256sum` gives that of its file. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function linesOf(faults: readonly PolicyFault[]): string[] {
  const lines = faults
    .slice(0, FAULTS_NAMED_MAX)
    .map(({ pointer, detail }) => `${shortPointer(pointer)} ${detail}`)
  const more = faults.length - lines.length
  return more > 0 ? [...lines, `and ${more} more faults: streamgate policy check names all`] : lines
}

function reasonFor(error: unknown): string {
  if (!(error instanceof PolicyTextError)) return error instanceof Error ? error.message : String(error)
  const [fault] = error.faults
  return fault === undefined ? error.message : `line ${fault.line}, column ${fault.column} ${fault.detail}`
}
