/**
 * Terraform as a child process. A Ctrl-C is passed on to it once, and the command waits for it, so
 * that it writes its state and releases its lock before the command ends.
 */
import { spawn } from 'node:child_process'
import { ENVIRONMENT } from '../environment.ts'
import type { Account } from './account.ts'
import type { Plan } from './plan.ts'
import { Interrupted, Refusal, TerraformFailed } from './endings.ts'

/** The first version that keeps its lock in S3 by itself. */
const VERSION_MIN = [1, 10] as const

/**
 * Under npm a terminal's Ctrl-C reaches this process twice, and Terraform takes a second one as an
 * order to drop everything.
 */
const SAME_INTERRUPT_MS = 1_000

/** How a run is shown: as it runs, or only if it fails. */
type Showing = 'shown' | 'quiet'

/** Terraform in one folder of configuration. */
export class Terraform {
  readonly #folder: string
  readonly #account: Account

  constructor(folder: string, account: Account) {
    this.#folder = folder
    this.#account = account
  }

  /** @throws {Refusal} if Terraform is missing or too old. */
  async refuseMissing(): Promise<void> {
    const { terraform_version: version } = JSON.parse(await this.#run(['version', '-json'], 'quiet')) as {
      terraform_version: string
    }
    const [major = 0, minor = 0] = version.split('.').map(Number)
    if (major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])) {
      throw new Refusal(`terraform ${version} is too old: install ${VERSION_MIN.join('.')} or newer`)
    }
  }

  /** Connects to the state under this name. */
  async init(stateName: string): Promise<void> {
    const { stateBucket, region } = this.#account
    const settings = [
      `bucket=${stateBucket}`,
      `key=${stateName}.tfstate`,
      `region=${region}`,
      'use_lockfile=true',
      ...(ENVIRONMENT['AWS_ENDPOINT_URL'] === undefined ? [] : EMULATOR_SETTINGS),
    ]
    const backend = settings.map((setting) => `-backend-config=${setting}`)
    await this.#run(['init', '-reconfigure', ...backend], 'quiet')
  }

  /** Keeps the state in a file. */
  async initLocally(path: string): Promise<void> {
    await this.#run(['init', '-reconfigure', `-backend-config=path=${path}`], 'quiet')
  }

  /** Writes a plan to a file, shows it unless it should be quiet, and returns its contents. */
  async plan(file: string, args: readonly string[] = [], showing: Showing = 'shown'): Promise<Plan> {
    await this.#run(['plan', ...PLAINLY, `-out=${file}`, ...args], showing)
    return JSON.parse(await this.#run(['show', '-json', file], 'quiet')) as Plan
  }

  /** Shows a plan that was made quietly. */
  async show(file: string): Promise<void> {
    await this.#run(['show', ...PLAINLY, file], 'shown')
  }

  /** The value of an expression of the configuration, as Terraform's console writes it. */
  async evaluate(expression: string, args: readonly string[]): Promise<string> {
    return this.#run(['console', ...args], 'quiet', `${expression}\n`)
  }

  async apply(file: string): Promise<void> {
    await this.#run(['apply', ...PLAINLY, file], 'shown')
  }

  /** Whether the state holds anything. */
  async hasState(): Promise<boolean> {
    return (await this.#run(['state', 'list'], 'quiet')).trim() !== ''
  }

  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const outputs = JSON.parse(await this.#run(['output', '-json'], 'quiet')) as Record<
      string,
      { value: unknown }
    >
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))
  }

  async #run(args: readonly string[], showing: Showing, input?: string): Promise<string> {
    const child = spawn('terraform', [`-chdir=${this.#folder}`, ...args], {
      env: { ...ENVIRONMENT, AWS_REGION: this.#account.region, TF_INPUT: '0', TF_IN_AUTOMATION: '1' },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // Its own process group, so that a terminal's Ctrl-C reaches it only through this process.
      detached: true,
    })
    const interrupt = { at: 0 }
    const handOn = (signal: NodeJS.Signals): void => {
      if (performance.now() - interrupt.at < SAME_INTERRUPT_MS && interrupt.at > 0) return
      interrupt.at = performance.now()
      process.stderr.write('Stopping: Terraform is finishing what it has begun.\n')
      child.kill(signal === 'SIGTERM' ? 'SIGINT' : signal)
    }
    process.on('SIGINT', handOn).on('SIGTERM', handOn)
    child.stdin?.on('error', () => {}).end(input)
    const output = gather(child.stdout, showing === 'shown' ? process.stdout : undefined)
    const faults = gather(child.stderr, showing === 'shown' ? process.stderr : undefined)
    try {
      const code = await exitOf(child)
      if (interrupt.at > 0) throw new Interrupted()
      if (code === 0) return output.text
      if (showing === 'quiet') process.stderr.write(output.text + faults.text)
      throw new TerraformFailed(`terraform ${args[0]} failed${adviceOn(faults.text)}`)
    } finally {
      process.off('SIGINT', handOn).off('SIGTERM', handOn)
    }
  }
}

/** Colours are only for terminals. */
const PLAINLY = process.stdout.isTTY ? [] : ['-no-color']

/** What the S3 backend needs to use an emulator. */
const EMULATOR_SETTINGS = [
  'use_path_style=true',
  'skip_credentials_validation=true',
  'skip_requesting_account_id=true',
]

function gather(
  from: NodeJS.ReadableStream | null,
  shownOn: NodeJS.WritableStream | undefined,
): { text: string } {
  const gathered = { text: '' }
  from?.setEncoding('utf8').on('data', (chunk: string) => {
    gathered.text += chunk
    shownOn?.write(chunk)
  })
  return gathered
}

function exitOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        'code' in error && error.code === 'ENOENT'
          ? new Refusal('terraform is not installed: https://developer.hashicorp.com/terraform/install')
          : error,
      ),
    )
    child.once('close', resolve)
  })
}

function adviceOn(faults: string): string {
  return faults.includes('Error acquiring the state lock')
    ? ': somebody else is deploying. Where that run was killed, terraform force-unlock with the ID above lets go of its lock'
    : ''
}
