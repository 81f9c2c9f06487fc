/** The tools in `tests/openapi/tools`: a linter, a generator of clients, and their compiler. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ENVIRONMENT } from '../../tools/environment.ts'

/** The folder of the installed packages. */
export const TOOLS_FOLDER = fileURLToPath(new URL('tools/node_modules', import.meta.url))

const TOOLS = {
  redocly: '@redocly/cli/bin/cli.js',
  'openapi-typescript': 'openapi-typescript/bin/cli.js',
  tsc: 'typescript/bin/tsc',
} as const

/** What the tests need and this machine lacks, in one line. */
export function openApiLack(): string | undefined {
  const isThere = Object.values(TOOLS).every((path) => existsSync(`${TOOLS_FOLDER}/${path}`))
  return isThere ? undefined : 'run `npm ci --prefix tests/openapi/tools` first'
}

/** The end of a tool. */
export type ToolResult = { readonly code: number | null; readonly output: string }

/** Runs a tool to its end. It sends nothing about its use, and looks for no newer version. */
export function runTool(name: keyof typeof TOOLS, args: readonly string[]): ToolResult {
  const env = { ...ENVIRONMENT, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const options = { encoding: 'utf8', env } as const
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${TOOLS_FOLDER}/${TOOLS[name]}`, ...args],
    options,
  )
  return { code: status, output: stdout + stderr }
}
