import { fork, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

/** A server under test, running. */
export type Contender = {
  readonly name: string
  readonly url: string
  /** The CPU time it has used so far, in seconds. */
  readonly cpuSeconds: () => Promise<number>
  /** Sends it a message. If it answers, resolves with the answer. */
  readonly send: (message: object) => void
  readonly ask: (message: string) => Promise<unknown>
  readonly stop: () => Promise<void>
}

const STARTUP_LIMIT_MS = 15_000

/**
 * Starts a program of this repository on a free port. `{port}` in its arguments becomes that port.
 */
export async function startContender(
  name: string,
  program: string,
  args: readonly string[],
): Promise<Contender> {
  const port = await freePort()
  const child = fork(
    fileURLToPath(new URL(program, import.meta.url)),
    args.map((arg) => arg.replace('{port}', String(port))),
    {
      execArgv: ['--import', new URL('report-cpu.ts', import.meta.url).href],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  )
  const url = `http://127.0.0.1:${port}`
  await untilItAnswers(url, child)
  return {
    name,
    url,
    cpuSeconds: () => ask(child, 'cpu') as Promise<number>,
    send: (message) => void child.send(message),
    ask: (message) => ask(child, message),
    stop: () => stop(child),
  }
}

function ask(child: ChildProcess, message: string): Promise<unknown> {
  return new Promise((resolve) => {
    child.once('message', resolve)
    child.send(message)
  })
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + STARTUP_LIMIT_MS
  while (performance.now() < deadline && child.exitCode === null) {
    try {
      await fetch(`${url}/livez`)
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  child.kill()
  throw new Error(`${url} did not answer within ${STARTUP_LIMIT_MS} ms`)
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
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
