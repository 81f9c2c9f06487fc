/**
 * A temporary checkout of this repository, with the same packages. Tests commit in it, and run its
 * commands as a person would.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ENVIRONMENT } from '../../tools/environment.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OWN_SCOPE = '@streamgate'
/** The service's package. Nothing imports it. */
const SERVICE = 'streamgate'

/** How a command ended, and what it printed. */
export type Run = { readonly code: number | null; readonly output: string }

/** Signals to send to a command once it has printed `signalAt`. */
export type Signalling = { readonly signalAt: string; readonly signals: readonly NodeJS.Signals[] }

/** The checkout. */
export class TemporaryCheckout {
  readonly root = mkdtempSync(join(tmpdir(), 'streamgate-checkout-'))
  readonly #environment: NodeJS.ProcessEnv
  readonly #running = new Set<ChildProcess>()

  /** @param environment for the commands. They inherit no other variable of AWS or Terraform. */
  constructor(environment: Readonly<Record<string, string>>) {
    const inherited = Object.entries(ENVIRONMENT).filter(([name]) => !/^(?:AWS|TF|npm|GIT)_/.test(name))
    this.#environment = {
      ...Object.fromEntries(inherited),
      PATH: `${join(ROOT, 'node_modules/.bin')}:${ENVIRONMENT['PATH']}`,
      CHECKPOINT_DISABLE: '1',
      ...environment,
    }
    this.#copyFiles()
    this.#linkPackages()
    this.#git('init', '--quiet', '--initial-branch', 'main')
    this.#git('config', 'user.name', 'Tester')
    this.#git('config', 'user.email', 'tester@example.invalid')
    this.commit('first')
  }

  /** Where programs are found. */
  get path(): string {
    return this.#environment['PATH'] ?? ''
  }

  /** Commits everything, and returns the commit. */
  commit(message: string): string {
    this.#git('add', '--all')
    this.#git('commit', '--quiet', '--message', message)
    return this.head()
  }

  head(): string {
    return this.#git('rev-parse', 'HEAD').trim()
  }

  /** Changes one file, which must hold what is to be replaced. */
  edit(file: string, from: string | RegExp, to: string): void {
    const path = join(this.root, file)
    const before = readFileSync(path, 'utf8')
    const after = before.replace(from, to)
    if (after === before) throw new Error(`${file} does not hold ${from}`)
    writeFileSync(path, after)
  }

  write(file: string, contents: string | Uint8Array): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true })
    writeFileSync(join(this.root, file), contents)
  }

  read(file: string): Buffer {
    return readFileSync(join(this.root, file))
  }

  /** Undoes what is in no commit. */
  restore(): void {
    this.#git('checkout', '--quiet', '.')
    this.#git('clean', '--quiet', '--force', '-d')
  }

  /** A search path with everything but one program: Node and git in a folder of their own. */
  pathWithout(program: string): string {
    const folder = join(this.root, 'node_modules/.path')
    mkdirSync(folder)
    for (const known of ['git', 'sh', 'node'].filter((name) => name !== program)) {
      const where = execFileSync('sh', ['-c', `command -v ${known}`], {
        encoding: 'utf8',
        env: this.#environment,
      })
      symlinkSync(where.trim(), join(folder, known))
    }
    return folder
  }

  /** Writes a file that git does not see. */
  writeUnseen(file: string, contents: string): void {
    appendFileSync(join(this.root, '.git/info/exclude'), `${file}\n`)
    this.write(file, contents)
  }

  /** Runs a script of package.json as npm would, without npm's own second. */
  script(
    line: string,
    environment?: Readonly<Record<string, string>>,
    signalling?: Signalling,
  ): Promise<Run> {
    const [name = '', ...args] = line.split(' ')
    const { scripts } = JSON.parse(this.read('package.json').toString('utf8')) as {
      scripts: Record<string, string>
    }
    return this.shell(`exec ${[scripts[name], ...args].join(' ')}`, environment, signalling)
  }

  /** Runs a line of shell at the root of the checkout. */
  async shell(
    line: string,
    environment: Readonly<Record<string, string>> = {},
    signalling?: Signalling,
  ): Promise<Run> {
    const child = spawn('sh', ['-c', line], {
      cwd: this.root,
      env: { ...this.#environment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        const isCue = signalling !== undefined && !output.includes(signalling.signalAt)
        output += chunk
        if (isCue && output.includes(signalling.signalAt)) {
          for (const signal of signalling.signals) child.kill(signal)
        }
      })
    }
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    this.#running.delete(child)
    return { code, output }
  }

  /** Ends commands that still run, such as one whose test timed out, and deletes the checkout. */
  async remove(): Promise<void> {
    const closed = [...this.#running].map((child) => {
      child.kill('SIGTERM')
      return once(child, 'close')
    })
    await Promise.all(closed)
    rmSync(this.root, { recursive: true, force: true })
  }

  #copyFiles(): void {
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
      cwd: ROOT,
    })
    for (const file of listed.toString('utf8').split('\0').filter(Boolean)) {
      if (existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(this.root, file), { recursive: true })
    }
  }

  /** Each package is a link, so that those of this repository can be links into the checkout. */
  #linkPackages(): void {
    const packages = join(ROOT, 'node_modules')
    mkdirSync(join(this.root, 'node_modules', OWN_SCOPE), { recursive: true })
    for (const name of readdirSync(packages)) {
      if (name !== OWN_SCOPE && name !== SERVICE)
        symlinkSync(join(packages, name), join(this.root, 'node_modules', name))
    }
    for (const name of readdirSync(join(packages, OWN_SCOPE))) {
      symlinkSync(join(this.root, name), join(this.root, 'node_modules', OWN_SCOPE, name))
    }
  }

  #git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, encoding: 'utf8', env: this.#environment })
  }
}
