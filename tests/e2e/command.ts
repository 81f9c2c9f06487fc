/**
 * Runs one command to its end, for tests of what it prints and how it exits.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { COMMAND_LINE } from './running-service.ts'
import { atEndOfTests, temporaryFolder } from '../../stores/test/temporary-folder.ts'

/** Far longer than any command takes that does not serve, even on a busy machine. */
export const RUN_LIMIT_MS = 60_000

/**
 * The working directory of all commands. Tests that run at once share it until the last one ends.
 */
const workingFolder = temporaryFolder(atEndOfTests())

/** A new folder. */
export function newFolder(): string {
  return mkdtempSync(join(workingFolder, 'folder-'))
}

/** How a command ended, and all that it printed. */
export type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Runs a command to its end. One that serves is killed after the limit. */
export async function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [COMMAND_LINE, ...args], {
    env: environment,
    cwd: workingFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

/** The one line in which a command, or each of its workers, says why it does not run. */
export async function refusal(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  expected = 2,
): Promise<string> {
  const { code, stderr } = await run(args, environment)
  const lines = [...new Set(linesOf(stderr))]
  expect({ code, lines }).toEqual({ code: expected, lines: [expect.any(String)] })
  return lines[0] ?? ''
}

/** Its lines, without empty ones. */
export function linesOf(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line !== '')
}

/** A new file with this content. */
export function fileHolding(content: string): string {
  const path = join(newFolder(), 'policy.json')
  writeFileSync(path, content)
  return path
}
