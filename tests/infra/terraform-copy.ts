/**
 * A copy of `infra` to run Terraform in, so that the checkout keeps nothing of it, and what Terraform needs for that.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { pluginFolder } from '../aws/machine.ts'

const INFRA = fileURLToPath(new URL('../../infra', import.meta.url))

/** What a run came to; `output` holds what it wrote to both of its streams. */
export type Run = { readonly status: number | null; readonly output: string }

/** Runs Terraform in a copy, in one of its folders. */
export class TerraformCopy {
  readonly #folder: string

  /** @param empty a folder that the caller removes. */
  constructor(empty: string) {
    this.#folder = join(empty, 'infra')
    cpSync(INFRA, this.#folder, {
      recursive: true,
      filter: (path) => !basename(path).startsWith('.terraform'),
    })
  }

  run(args: readonly string[], below = '.'): Run {
    const { status, stdout, stderr, error } = spawnSync(
      'terraform',
      [`-chdir=${join(this.#folder, below)}`, ...args],
      { env: quietEnvironment(), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    )
    return { status, output: stdout + stderr + (error === undefined ? '' : String(error)) }
  }

  /** Without a backend, whose place is nobody's business here; with the local provider, where there is one. */
  init(below = '.'): Run {
    const folder = pluginFolder()
    const plugins = folder === undefined ? [] : [`-plugin-dir=${folder}`]
    return this.run(['init', '-backend=false', '-no-color', ...plugins], below)
  }
}

/** Whether there is a Terraform to run. */
export function hasTerraform(): boolean {
  try {
    execFileSync('terraform', ['version'], { env: quietEnvironment(), stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Neither credentials nor settings of whoever runs the tests, and no waiting for a registry that is not there. */
function quietEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(ENVIRONMENT).filter(([name]) => !/^(?:AWS|TF)_/.test(name))
  return {
    ...Object.fromEntries(inherited),
    CHECKPOINT_DISABLE: '1',
    TF_INPUT: '0',
    TF_REGISTRY_CLIENT_TIMEOUT: '10',
    TF_REGISTRY_DISCOVERY_RETRY: '0',
  }
}
