/**
 * The image without a container engine. Each stage is a folder, which stands for the root of a file
 * system, and each instruction is carried out in it. Commands run on this machine, with its npm.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, cpSync, mkdirSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { finalStage, readStages, textOf, variablesOf, type Stage } from './dockerfile.ts'
import { inContext, ROOT } from './ops-packages.ts'

/** `npm ci` with all packages takes a minute on a busy machine. */
const LIMIT_MS = 400_000

/** Only root can start processes of another user. */
export const IS_ROOT = process.getuid?.() === 0

const [USER = 0, GROUP = 0] = textOf(finalStage(), 'USER').split(':').map(Number)

/** The image, built in a folder of its own. */
export class BuiltImage {
  readonly #folder: string
  readonly #path: string

  constructor(folder: string) {
    this.#folder = folder
    chmodSync(folder, 0o755)
    const outside = (ENVIRONMENT['PATH'] ?? '')
      .split(delimiter)
      .filter((path) => !path.includes('node_modules'))
    this.#path = [dirname(process.execPath), ...outside].join(delimiter)
    this.#fillContext()
    for (const stage of readStages()) this.#build(stage)
    this.#finish()
  }

  /** A path of the image, on this machine. */
  at(path: string): string {
    return this.#inside('', path)
  }

  /** Starts a command with the user and variables of the image. The path has Node and no more. */
  start(command: readonly string[], variables: Readonly<Record<string, string>> = {}): ChildProcess {
    const [program = '', ...args] = command
    const own = Object.entries(variablesOf(finalStage())).map(([name, value]) => [
      name,
      value
        .replaceAll(/(?<=^|:)\/(?:app|data)\b/g, (path) => this.at(path))
        .replace('$PATH', this.at('/node')),
    ])
    return spawn(program, args, {
      cwd: this.at(textOf(finalStage(), 'WORKDIR')),
      env: { ...Object.fromEntries(own), ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(IS_ROOT ? { uid: USER, gid: GROUP } : {}),
    })
  }

  /** The checkout without what `.dockerignore` leaves out. */
  #fillContext(): void {
    const args = ['ls-files', '--cached', '--others', '--exclude-standard']
    const files = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim().split('\n')
    for (const file of inContext(files)) cpSync(join(ROOT, file), join(this.#folder, 'context', file))
  }

  #build({ name, instructions }: Stage): void {
    let workdir = '/'
    for (const { name: kind, text } of instructions) {
      if (kind === 'WORKDIR') workdir = text
      if (kind === 'WORKDIR') mkdirSync(this.#inside(name, text), { recursive: true })
      if (kind === 'COPY') this.#copy({ stage: name, workdir, text })
      if (kind === 'RUN') this.#run(this.#inside(name, workdir), text)
    }
  }

  #copy({ stage, workdir, text }: { stage: string; workdir: string; text: string }): void {
    const words = text.split(' ')
    const flags = words.filter((word) => word.startsWith('--'))
    const paths = words.filter((word) => !word.startsWith('--'))
    const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length)
    const target = this.#inside(stage, resolve(workdir, paths.at(-1) ?? ''))
    for (const path of paths.slice(0, -1)) {
      const source = from === undefined ? join(this.#folder, 'context', path) : this.#inside(from, path)
      const isFolder = statSync(source).isDirectory()
      // Links stay as they are written, because they lead to places of the image.
      const options = { recursive: true, verbatimSymlinks: true }
      cpSync(source, isFolder ? target : join(target, basename(path)), options)
    }
    if (IS_ROOT && flags.includes(`--chown=${USER}:${GROUP}`)) chownSync(target, USER, GROUP)
  }

  #run(cwd: string, command: string): void {
    const env = {
      HOME: ENVIRONMENT['HOME'],
      NODE_EXTRA_CA_CERTS: ENVIRONMENT['NODE_EXTRA_CA_CERTS'],
      PATH: this.#path,
      npm_config_prefer_offline: 'true',
    }
    const ran = spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8', timeout: LIMIT_MS })
    if (ran.status !== 0) throw new Error(`${command}: ${ran.error?.message ?? ran.stdout + ran.stderr}`)
  }

  /** Node lies in the image, and the root file system can only be read. */
  #finish(): void {
    mkdirSync(this.at('/node'))
    copyFileSync(process.execPath, this.at('/node/node'))
    chmodSync(this.at('/node/node'), 0o755)
    execFileSync('chmod', ['-R', 'a+rX,a-w', this.at('/app')])
  }

  #inside(stage: string, path: string): string {
    if (!isAbsolute(path)) throw new Error(`${path} is not absolute`)
    return join(this.#folder, 'stages', stage === '' ? 'image' : stage, path)
  }
}
