import { faultLines } from '../policy/placed-fault.ts'
import { placesIn } from '../policy/policy-file.ts'
import { policyWarnings } from '../policy/policy-warnings.ts'
import { policySummary } from '../policy/policy-words.ts'
import type { Config } from '../settings/settings.ts'
import { ok, warning, type Finding } from './finding.ts'

/** The policy in a line, and what is odd about it. */
export function policyFindings({
  policy: source,
  trustedProxies,
}: Pick<Config, 'policy' | 'trustedProxies'>): Finding[] {
  const { policy, text, file } = source
  const name = file ?? (text === undefined ? 'built in' : 'from --policy')
  const warnings = policyWarnings(policy, { isProxyTrusted: trustedProxies.length > 0 })
  const places = placesIn(text ?? '{}')
  const lines = faultLines(
    name,
    warnings.map((one) => ({ ...one, ...places.of(one.pointer) })),
  )
  const todo = 'change the policy, or leave it so if it is meant: streamgate policy check explains it'
  return [
    ok('policy', `${name}: ${policySummary(policy)}`),
    ...lines.map((line) => warning('policy', line, todo)),
  ]
}
