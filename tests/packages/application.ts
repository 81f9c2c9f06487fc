/**
 * An application outside this repository: an empty folder into which npm has installed the packed
 * packages.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ENVIRONMENT } from '../../tools/environment.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Packages of the application's own that are linked from here, to spare the registry. */
const LINKED = ['vitest', '@types/node']

/** Longest time for one command on a busy machine. */
const LIMIT_MS = 120_000

/** What came of a command. */
export type Ran = { readonly status: number | null; readonly output: string }

/** The folder, and what can be run in it. */
export class Application {
  readonly folder: string
  readonly #environment: Readonly<Record<string, string | undefined>>

  constructor(folder: string) {
    this.folder = folder
    const outside = (ENVIRONMENT['PATH'] ?? '')
      .split(delimiter)
      .filter((path) => !path.includes('node_modules'))
    this.#environment = {
      HOME: ENVIRONMENT['HOME'],
      // Behind a company's own certificate, npm would retry each package for a minute.
      NODE_EXTRA_CA_CERTS: ENVIRONMENT['NODE_EXTRA_CA_CERTS'],
      PATH: [dirname(nodeOfUsers(outside)), ...outside].join(delimiter),
      npm_config_prefer_offline: 'true',
    }
    this.write('package.json', '{ "name": "application", "private": true, "type": "module" }')
  }

  /** Installs tarballs, and links what the tests of an application need. */
  install(tarballs: readonly string[]): void {
    const { status, output } = this.run('npm', ['install', '--no-audit', '--no-fund', ...tarballs])
    if (status !== 0) throw new Error(output)
    for (const name of LINKED) {
      mkdirSync(dirname(join(this.folder, 'node_modules', name)), { recursive: true })
      symlinkSync(join(ROOT, 'node_modules', name), join(this.folder, 'node_modules', name))
    }
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text)
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8')
  }

  copy(path: string, to: string): void {
    cpSync(path, join(this.folder, to))
  }

  run(command: string, args: readonly string[]): Ran {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd: this.folder,
      env: this.#environment,
      encoding: 'utf8',
      timeout: LIMIT_MS,
    })
    return { status, output: error === undefined ? stdout + stderr : error.message }
  }

  /** Starts a command in a process group of its own. */
  start(command: string, args: readonly string[]): ChildProcess {
    return spawn(command, args, {
      cwd: this.folder,
      env: this.#environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }
}

/** The Node of this machine if the packages allow it, otherwise the one that runs this test. */
function nodeOfUsers(folders: readonly string[]): string {
  const installed = folders.map((folder) => join(folder, 'node')).find((path) => isAllowed(path))
  return installed ?? process.execPath
}

function isAllowed(node: string): boolean {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  const [major = 0, minor = 0] = (stdout ?? '').replace(/^v/, '').split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12)
}
