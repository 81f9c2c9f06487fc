/**
 * A `terraform` that plans what a test tells it to. Tests use it to see what the commands decide
 * about plans. It writes its calls to a file. The walk runs the real one.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SCRIPT = `#!/bin/sh
cd "$(dirname "$0")"
shift
echo "$@" >> calls
case "$1" in
  version) cat version ;;
  show) cat plan ;;
  output) cat outputs ;;
  console) cat policy ;;
  state) echo aws_dynamodb_table.it ;;
  apply)
    trap 'echo interrupted >> calls; exit 1' INT
    echo 'Applying for a while'
    if [ -f is-slow ]; then
      for second in 1 2 3 4 5 6 7 8 9; do sleep 1; done
    fi ;;
esac
`

/** The program, in a folder of its own. */
export class ScriptedTerraform {
  readonly folder = mkdtempSync(join(tmpdir(), 'streamgate-terraform-'))

  constructor() {
    mkdirSync(this.folder, { recursive: true })
    writeFileSync(join(this.folder, 'terraform'), SCRIPT)
    chmodSync(join(this.folder, 'terraform'), 0o755)
    this.reset()
  }

  /** Back to an empty plan, and no calls. */
  reset(): void {
    rmSync(join(this.folder, 'calls'), { force: true })
    rmSync(join(this.folder, 'is-slow'), { force: true })
    this.#write('version', { terraform_version: '1.11.4' })
    this.plans({})
    this.hasPolicy('')
    this.hasOutputs({})
  }

  /** Sets the outputs of the deployment. By default it has a URL and a cURL command. */
  hasOutputs(outputs: Readonly<Record<string, unknown>>): void {
    const all = { url: 'https://api/test', curl: 'curl it', release: 'abc', ...outputs }
    this.#write('outputs', Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { value }])))
  }

  /** The environment's policy, as an expression in the console gives it. */
  hasPolicy(text: string): void {
    this.#write('policy', Buffer.from(text).toString('base64'))
  }

  plans(plan: object): void {
    this.#write('plan', plan)
  }

  isVersion(version: string): void {
    this.#write('version', { terraform_version: version })
  }

  isSlow(): void {
    this.#write('is-slow', {})
  }

  /** What it was called with, without the folder of configuration. */
  get calls(): readonly string[] {
    const path = join(this.folder, 'calls')
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #write(name: string, value: unknown): void {
    writeFileSync(join(this.folder, name), JSON.stringify(value))
  }
}
