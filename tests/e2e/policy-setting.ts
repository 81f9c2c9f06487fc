import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { Client } from './client.ts'
import { startService, type RunningService } from './running-service.ts'

/** Usually within a second, but a busy machine takes longer. */
const SOON_MS = 8000

/** A running service with a policy file, and a client of it. */
export type PolicySetting = {
  readonly service: RunningService
  readonly client: Client
  readonly path: string
}

/** What the log says of a policy file that cannot be used. */
export const REFUSED = 'policy refused, the one before stays in force'

/** A service whose policy file has one plan with this limit. */
export function serveWithPolicy(workers: number, limit: number): Promise<PolicySetting> {
  const path = join(temporaryFolder(), 'policy.json')
  writeFileSync(path, policyText({ standard: limit }))
  return serveWithPolicyFile(workers, path)
}

/** A service with this policy file. */
export async function serveWithPolicyFile(workers: number, path: string): Promise<PolicySetting> {
  const service = await startService({ folder: temporaryFolder(), workers, flags: ['--policy', path] })
  return { service, client: new Client(service.url), path }
}

/** Plans of one limit each. */
export function policyText(limits: Readonly<Record<string, number>>): string {
  const plans = Object.entries(limits).map(([name, max]) => [name, { limits: [{ max }] }])
  return JSON.stringify({ defaultPlan: 'standard', plans: Object.fromEntries(plans) })
}

/**
 * Waits until so many answers in a row give this limit that they hardly come from only one of
 * several workers.
 */
export async function untilLimitIs(client: Client, limit: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => client.get('/users/nobody/streams')))
      expect(new Set(answers.map(({ body }) => body.limit))).toEqual(new Set([limit]))
    },
    { timeout: SOON_MS, interval: 50 },
  )
}

type PolicyView = { readonly origin: string; readonly sha256: string; readonly refusedAt?: string }

/** The policy in force, as `/version` shows it. */
export async function versionOf(client: Client): Promise<PolicyView> {
  const { policy } = JSON.parse((await client.get('/version')).text) as { policy: PolicyView }
  return policy
}

/** How often the policy was reloaded and refused, by `/metrics`. */
export async function reloadsOf(client: Client): Promise<Readonly<Record<string, number>>> {
  const { text } = await client.get('/metrics')
  const reloads = [...text.matchAll(/^streamgate_policy_reloads_total\{result="(\w+)"\} (\d+)/gm)]
  const isRefused = /^streamgate_policy_file_refused (\d)/m.exec(text)?.[1]
  return {
    ...Object.fromEntries(reloads.map(([, result = '', count]) => [result, Number(count)])),
    isRefused: Number(isRefused),
  }
}
