/** A server under test, in a process of its own on a core of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { ENVIRONMENT } from '../tools/environment.ts'
import { pinned, type Place } from './cores.ts'
import { usageOf, type Usage } from './process-tree.ts'

/** How to start one. `{port}` in the arguments becomes a free port. */
export type Launch = {
  readonly program: string
  readonly args: readonly string[]
  readonly nodeFlags?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly place?: Place
}

/** One that runs. */
export type Contender = {
  readonly port: number
  /** What its whole process tree has used so far. */
  readonly usage: () => Usage
  /** Sends it a message. If it answers, `ask` resolves with the answer. */
  readonly send: (message: object) => void
  readonly ask: (message: string | object) => Promise<unknown>
  /** Ends it at once, or with time to write what it has to write. */
  readonly stop: (signal?: 'SIGKILL' | 'SIGTERM') => Promise<void>
}

/** All that run. */
const children = new Set<ChildProcess>()

/** Ends all that still run, if some measurement failed or all are done. */
export async function stopContenders(): Promise<void> {
  await Promise.all(Array.from(children, (child) => stop(child)))
}

const STARTUP_LIMIT_MS = 60_000
const LOOK_EVERY_MS = 10

/** Starts it and waits until it answers. */
export async function startContender(launch: Launch): Promise<Contender> {
  const port = await freePort()
  const args = launch.args.map((arg) => arg.replace('{port}', String(port)))
  const command = [process.execPath, ...(launch.nodeFlags ?? []), launch.program, ...args]
  const [program, ...rest] = pinned(launch.place ?? 'server', command)
  const child = spawn(program, rest, {
    env: { ...ENVIRONMENT, ...launch.environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  await untilItAnswers(`http://127.0.0.1:${port}/livez`, child)
  return {
    port,
    usage: () => usageOf(child.pid ?? 0),
    send: (message) => void child.send(message),
    ask: (message) => ask(child, message),
    stop: (signal) => stop(child, signal),
  }
}

function ask(child: ChildProcess, message: string | object): Promise<unknown> {
  return new Promise((resolve) => {
    child.once('message', resolve)
    child.send(message)
  })
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + STARTUP_LIMIT_MS
  while (performance.now() < deadline && child.exitCode === null) {
    try {
      await (await fetch(url)).arrayBuffer()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
  throw new Error(`${child.spawnargs.join(' ')} did not answer within ${STARTUP_LIMIT_MS} ms`)
}

function stop(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
