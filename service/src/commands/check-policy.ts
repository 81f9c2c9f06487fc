/**
 * Checks a policy file: its faults and warnings, and the plans in words.
 */
import { DONE, FAILED } from './exit-codes.ts'
import { faultLines } from '../policy/placed-fault.ts'
import { parsePolicyText, placesIn, PolicyTextError } from '../policy/policy-file.ts'
import { readPolicyStream, readPolicyText } from '../policy/policy-text.ts'
import { policyWarnings, type PolicyUse } from '../policy/policy-warnings.ts'
import { policyInWords } from '../policy/policy-words.ts'
import { reasonOf } from '../text/reason.ts'

/** Checks a file and prints faults, warnings and plans. Resolves with the exit code. */
export async function checkPolicyFile(file: string, use: PolicyUse): Promise<number> {
  const name = file === '-' ? 'standard input' : file
  try {
    const json = file === '-' ? await readPolicyStream(process.stdin) : await readPolicyText(file)
    const policy = parsePolicyText(json)
    const places = placesIn(json)
    const warnings = policyWarnings(policy, use)
    const placed = warnings.map((warning) => ({ ...warning, ...places.of(warning.pointer) }))
    tell(faultLines(name, placed, 'warning: '))
    const count = policy.plans.size === 1 ? '1 plan' : `${policy.plans.size} plans`
    process.stdout.write(`${name} is a policy of ${count}: ${policyInWords(policy)}`)
    return DONE
  } catch (error) {
    if (error instanceof PolicyTextError) tell(faultLines(name, error.faults))
    else tell([`streamgate: ${name} cannot be read: ${reasonOf(error)}`])
    return FAILED
  }
}

function tell(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`)
}
