/** A built bundle in its own process, with the flags and the environment that Lambda gives it. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { GatewayEvent, GatewayResult } from '../../service/src/servers/api-gateway.ts'

/** Lambda starts Node 22 with these. */
const LAMBDA_FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module']

/** The function's name on Lambda. */
export const FUNCTION_NAME = 'streamgate-test'

/** One answer, and the lines that were written before it. */
export type Invocation<Result = GatewayResult> = { readonly result: Result; readonly log: readonly string[] }

/** What is called, with what, and how many milliseconds it is told are left. */
type Calls = { readonly name: string; readonly remainingMs: number; readonly events: readonly unknown[] }

/** Runs the bundle, and sends its handler one event after another. */
export function runBundle(
  code: string,
  env: Readonly<Record<string, string>>,
  events: readonly GatewayEvent[],
): Promise<readonly Invocation[]> {
  return callBundle<GatewayResult>(code, env, { name: 'handler', remainingMs: 10_000, events })
}

/** The same with any of its exports. */
export async function callBundle<Result>(
  code: string,
  env: Readonly<Record<string, string>>,
  { name, remainingMs, events }: Calls,
): Promise<readonly Invocation<Result>[]> {
  const program = fileURLToPath(new URL('run-bundle.ts', import.meta.url))
  const child = spawn(process.execPath, [...LAMBDA_FLAGS, program, code, name, String(remainingMs)], {
    env: { AWS_LAMBDA_FUNCTION_NAME: FUNCTION_NAME, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(events))
  const invocations: Invocation<Result>[] = []
  let log: string[] = []
  for (const line of (await text(child.stdout)).split('\n').filter(Boolean)) {
    const [, result] = /^result:(.*)$/.exec(line) ?? []
    if (result === undefined) log.push(line)
    else {
      invocations.push({ result: JSON.parse(result) as Result, log })
      log = []
    }
  }
  return invocations
}
