/**
 * Looks at everything that a service depends on, and prints what was found.
 */
import { extname } from 'node:path'
import { fault, ok, type Finding } from '../doctor/finding.ts'
import { machineFindings, nodeFinding } from '../doctor/machine.ts'
import { policyFindings } from '../doctor/policy-findings.ts'
import { portFindings } from '../doctor/port-findings.ts'
import { findingsAsJson, findingsInWords } from '../doctor/report.ts'
import { findingsOfProcess } from '../doctor/store-process.ts'
import { ConfigError } from '../settings/config-error.ts'
import { loadConfig, type Flags } from '../settings/settings.ts'
import { VERSION } from '../text/version.ts'
import { DONE, FAILED } from './exit-codes.ts'

/** The flags of the service, and its own. */
export type DoctorFlags = Flags & { readonly json?: true }

const PROBE_STORE = new URL(`probe-store${extname(import.meta.url)}`, import.meta.url)

/** Looks, and prints. Resolves with the exit code. */
export async function runDoctor({ json, ...flags }: DoctorFlags): Promise<number> {
  const findings = await findingsOn(flags)
  process.stdout.write(json === true ? findingsAsJson(findings) : findingsInWords(findings))
  return findings.some(({ state }) => state === 'fault') ? FAILED : DONE
}

async function findingsOn(flags: Flags): Promise<readonly Finding[]> {
  try {
    const config = loadConfig(flags)
    return [
      ok('settings', `they fit Streamgate ${VERSION}`),
      ...policyFindings(config),
      ...machineFindings(config),
      ...(await findingsOfProcess(PROBE_STORE, flags)),
      ...(await portFindings(config)),
    ]
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const todo = 'correct it, and run this again: nothing else can be checked before'
    return [...error.faults.map((one) => fault('settings', one, todo)), nodeFinding()]
  }
}
