/**
 * What a machine needs to run the AWS deployment without AWS, and whether this one has it.
 */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { node22 } from './lambda-process.ts'

const RUNTIME = fileURLToPath(new URL('runtime', import.meta.url))
const PROVIDER = 'registry.terraform.io/hashicorp/aws'

/** What is missing here, in one line. `undefined` if nothing is. First it fetches what npm has. */
export function whatIsMissing(): string | undefined {
  const missing = [
    ...['terraform', 'moto_server', 'git', 'curl'].filter((program) => !isInPath(program)),
    ...(pluginFolder() === undefined ? ['the Terraform provider hashicorp/aws in a local mirror'] : []),
    ...(hasRuntime() ? [] : ['Node 22 and aws-lambda-ric (npm ci in tests/aws/runtime)']),
  ]
  return missing.length === 0
    ? undefined
    : `The walk through AWS needs what is not on this machine: ${missing.join(', ')}`
}

/**
 * The local mirror of Terraform's providers: in a place that Terraform knows, or in a folder in
 * /opt.
 */
export function pluginFolder(): string | undefined {
  const folders = [
    ENVIRONMENT['TF_PLUGIN_DIR'] ?? '',
    ENVIRONMENT['TF_PLUGIN_CACHE_DIR'] ?? '',
    join(homedir(), '.terraform.d/plugins'),
    join(homedir(), '.local/share/terraform/plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
    ...(existsSync('/opt') ? readdirSync('/opt').map((name) => join('/opt', name)) : []),
  ]
  return folders.find((folder) => folder !== '' && existsSync(join(folder, PROVIDER)))
}

function hasRuntime(): boolean {
  if (existsSync(node22()) && existsSync(join(RUNTIME, 'node_modules/aws-lambda-ric'))) return true
  try {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: RUNTIME, stdio: 'ignore' })
  } catch {
    return false
  }
  return existsSync(node22())
}

function isInPath(program: string): boolean {
  return (ENVIRONMENT['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
