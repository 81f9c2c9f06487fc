import { createHash } from 'node:crypto'
import {
  DEFAULT_POLICY,
  FAULTS_NAMED_MAX,
  faultsInWords,
  parsePolicy,
  PolicyError,
  type Policy,
} from '@streamgate/core'
import { faultLines, type PlacedFault } from './placed-fault.ts'
import { JsonPlaces, JsonSyntaxError } from '../text/json-places.ts'
import { readPolicyTextSync } from './policy-text.ts'

/** A policy, with its JSON and the file that it came from, if there are any. */
export type PolicySource = { readonly policy: Policy; readonly text?: string; readonly file?: string }

/**
 * Thrown for a text that is not a policy. `faults` holds all faults with their places, and the
 * message names the first twenty.
 */
export class PolicyTextError extends Error {
  override readonly name = 'PolicyTextError'
  readonly faults: readonly PlacedFault[]
  /** Whether it is not even JSON. Then there is one fault. */
  readonly isNoJson: boolean

  constructor(faults: readonly PlacedFault[], isNoJson: boolean) {
    super(faultsInWords(faults))
    this.faults = faults
    this.isNoJson = isNoJson
  }
}

/**
 * The policy in a JSON text.
 *
 * @throws {PolicyTextError} with every fault, each with its JSON pointer, line and column.
 */
export function parsePolicyText(text: string): Policy {
  const places = placesIn(text)
  const faults: PlacedFault[] = places.repeated.map((one) => ({ ...one, detail: 'stands here twice' }))
  try {
    const policy = parsePolicy(JSON.parse(text))
    if (faults.length === 0) return policy
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    faults.push(...error.faults.map((fault) => ({ ...fault, ...places.of(fault.pointer) })))
  }
  throw new PolicyTextError(faults, false)
}

/**
 * The places of the values in a policy's JSON.
 *
 * @throws {PolicyTextError} if it is not JSON.
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
 * The policy that a setting means. An empty text means the built-in policy. A text that begins with
 * `{` is the policy's JSON. Any other text is the name of a file.
 *
 * @throws {Error} with what is wrong, as "must …" or "names …", with the first faults of a policy
 * by their places and their JSON pointers.
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
      const lines = firstLines(isFile ? setting : 'policy', error.faults).map((line) => `\n  ${line}`)
      throw new Error(`names a policy with faults:${lines.join('')}`, { cause: error })
    }
    throw new Error(`must name a JSON file or be JSON, got ${JSON.stringify(setting)}: ${reasonFor(error)}`, {
      cause: error,
    })
  }
}

/** SHA-256 of a policy's text, as `sha256sum` prints it for its file. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function firstLines(name: string, faults: readonly PlacedFault[]): string[] {
  const lines = faultLines(name, faults).slice(0, FAULTS_NAMED_MAX)
  const more = faults.length - lines.length
  return more > 0 ? [...lines, `and ${more} more faults: streamgate policy check names all`] : lines
}

function reasonFor(error: unknown): string {
  if (!(error instanceof PolicyTextError)) return error instanceof Error ? error.message : String(error)
  const [fault] = error.faults
  return fault === undefined ? error.message : `line ${fault.line}, column ${fault.column} ${fault.detail}`
}
