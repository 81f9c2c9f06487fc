/**
 * A policy that a flag names: a file, or JSON.
 */
import { DEFAULT_POLICY, type Policy } from '@streamgate/core'
import { faultLines } from '../policy/placed-fault.ts'
import { parsePolicyText, PolicyTextError } from '../policy/policy-file.ts'
import { readPolicyTextSync } from '../policy/policy-text.ts'
import { reasonOf } from '../text/reason.ts'

/** Thrown for a policy with faults. The message has a line for each. */
export class PolicyFlagError extends Error {
  override readonly name = 'PolicyFlagError'
}

/**
 * The policy of a flag. An empty text is the built-in one.
 *
 * @throws {PolicyFlagError} for a policy with faults, and {Error} for one that cannot be read.
 */
export function policyOfFlag(setting: string): Policy {
  if (setting === '') return DEFAULT_POLICY
  const text = isInline(setting) ? setting : textOf(setting)
  try {
    return parsePolicyText(text)
  } catch (error) {
    if (!(error instanceof PolicyTextError)) throw error
    throw new PolicyFlagError(faultLines(isInline(setting) ? '--policy' : setting, error.faults).join('\n'))
  }
}

/** What to print for an error of a command that takes a policy. */
export function wordsOf(error: unknown): string {
  return error instanceof PolicyFlagError ? error.message : `streamgate: ${reasonOf(error)}`
}

function textOf(file: string): string {
  try {
    return readPolicyTextSync(file)
  } catch (cause) {
    throw new Error(`--policy ${file} cannot be read`, { cause })
  }
}

/** Whether it is a policy's JSON and not the name of a file, as for `serve`. */
function isInline(setting: string): boolean {
  return setting.startsWith('{')
}
