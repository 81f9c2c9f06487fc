import { expect } from 'vitest'
import { run } from './command.ts'

/** One thing that `streamgate doctor` looked at. */
export type Finding = {
  readonly check: string
  readonly state: string
  readonly found: string
  readonly todo?: string
}
/** All of them, and its exit code. */
export type Diagnosis = { readonly code: number | null; readonly findings: readonly Finding[] }

/** What it finds, with any free port unless the flags say otherwise. */
export async function diagnose(
  flags: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Diagnosis> {
  // The last one of a flag wins. A busy machine must not look like a store that is down.
  const settings = ['--port', '0', '--store-timeout-ms', '20000', ...flags]
  const { code, stdout, stderr } = await run(['doctor', '--json', ...settings], environment)
  expect(stderr).toBe('')
  return { code, ...(JSON.parse(stdout) as Pick<Diagnosis, 'findings'>) }
}

/** What it says about this. */
export function foundOf(findings: readonly Finding[], check: string): string | undefined {
  return findings.find((finding) => finding.check === check)?.found
}
