/** What the files of `ops` and the service must agree on. */
import { ConfigError } from '../../service/src/settings/config-error.ts'
import { loadConfig } from '../../service/src/settings/settings.ts'
import { ROOT, read } from './ops-packages.ts'

/** How long a process manager waits after `--drain-seconds`, by docs/workers.md. */
export const FINISH_SECONDS = Number(/`--drain-seconds` and (\d+) s more/.exec(read('docs/workers.md'))?.[1])

/** The name of the image, with the version of the service. */
export const IMAGE = `streamgate:${(JSON.parse(read('service/package.json')) as { version: string }).version}`

/** The policy in the config map. */
export const POLICY_PATH = `${ROOT}/ops/kubernetes/base/policy.json`

/** What the service says against these variables. */
export function faultsOf(variables: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadConfig({}, variables)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}
