/**
 * A copy of `infra` in which Terraform runs, so that nothing is left in the checkout, and what
 * Terraform needs for that.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { pluginFolder } from '../aws/requirements.ts'

const INFRA = fileURLToPath(new URL('../../infra', import.meta.url))

/** The result of a run. `output` holds both of its streams. */
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

  /**
   * Runs without a backend, which does not matter here, and with the local provider if there is
   * one.
   */
  init(below = '.'): Run {
    const folder = pluginFolder()
    const plugins = folder === undefined ? [] : [`-plugin-dir=${folder}`]
    return this.run(['init', '-backend=false', '-no-color', ...plugins], below)
  }
}

/** Whether Terraform is installed. */
export function hasTerraform(): boolean {
  try {
    execFileSync('terraform', ['version'], { env: quietEnvironment(), stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * Runs without the credentials and settings of the person who runs the tests, and without waiting
 * for a registry.
 */
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
