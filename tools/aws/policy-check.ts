/**
 * Checks an environment's policy as the service does. A function whose policy has a fault does not
 * start, and Terraform knows nothing of policies.
 */
import { faultLines } from '../../service/src/policy/placed-fault.ts'
import { parsePolicyText, PolicyTextError } from '../../service/src/policy/policy-file.ts'
import { Refusal } from './endings.ts'
import type { Terraform } from './terraform.ts'

/** @throws {Refusal} with every fault of the policy in these variables. */
export async function refuseFaultyPolicy(terraform: Terraform, variables: readonly string[]): Promise<void> {
  const encoded = await terraform.evaluate('base64encode(var.policy)', variables)
  const text = Buffer.from(JSON.parse(encoded) as string, 'base64').toString('utf8')
  if (text === '') return
  try {
    parsePolicyText(text)
  } catch (error) {
    if (!(error instanceof PolicyTextError)) throw error
    const lines = faultLines('policy', error.faults).map((line) => `\n      ${line}`)
    throw new Refusal(`the policy has faults, so nothing was planned:${lines.join('')}`)
  }
}
