/**
 * Loads a server flat out: by wrk if it is installed, which takes a fraction of what the servers
 * take, and else by the client of this folder.
 */
import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pinned } from '../cores.ts'
import type { ClientOptions, ClientReport } from './own-client.ts'

/** What a load generator says of a stretch of load. */
export type Loaded = Omit<ClientReport, 'p999Ms' | 'ownP99Ms'>

/** Where the load goes, and what it sends. */
export type Target = { readonly port: number; readonly requestFile: string }

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('requests.lua', import.meta.url))
const CLIENT = fileURLToPath(new URL('own-client.ts', import.meta.url))

/** The name of the generator that loads flat out on this machine. */
export const GENERATOR = spawnSync('wrk', ['--version']).error === undefined ? 'wrk' : 'own client'

/** As many requests as the server answers. wrk takes whole seconds only. */
export function loadFlatOut(target: Target, options: ClientOptions): Promise<Loaded> {
  return GENERATOR === 'wrk' ? loadByWrk(target, options) : loadByClient(target, options)
}

/** Loads by the client of this folder, which can also keep a pace. */
export async function loadByClient(target: Target, options: ClientOptions): Promise<ClientReport> {
  const command = [process.execPath, CLIENT, String(target.port), target.requestFile, JSON.stringify(options)]
  return JSON.parse(await outputOf(command)) as ClientReport
}

async function loadByWrk({ port, requestFile }: Target, options: ClientOptions): Promise<Loaded> {
  const { connections, seconds, position } = options
  const flags = ['-t1', `-c${connections}`, `-d${Math.max(1, Math.round(seconds))}s`, '-s', SCRIPT]
  const output = await outputOf([
    'wrk',
    ...flags,
    `http://127.0.0.1:${port}`,
    '--',
    requestFile,
    String(position),
  ])
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Loaded
}

async function outputOf(command: readonly string[]): Promise<string> {
  const [program, ...args] = pinned('load', command)
  const { stdout } = await run(program, args)
  return stdout
}
