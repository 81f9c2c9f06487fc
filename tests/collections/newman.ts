/** Runs a Postman collection with newman, Postman's own runner, in its own process. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

/** The result of a run. */
export type NewmanRun = {
  readonly requests: number
  readonly assertions: number
  /** Assertions that failed, and requests or scripts that broke, in newman's words. */
  readonly failures: readonly string[]
  readonly stderr: string
}

type Report = {
  readonly run: {
    readonly stats: Readonly<Record<'requests' | 'assertions', { readonly total: number }>>
    readonly failures: readonly {
      readonly source?: { readonly name?: string }
      readonly error: { readonly test?: string; readonly message: string }
    }[]
  }
}

const NEWMAN = createRequire(import.meta.url).resolve('newman/bin/newman.js')

/** Runs the collection from the top, so many times, on a service. */
export async function runNewman(
  collection: string,
  environment: string,
  { url, times }: { readonly url: string; readonly times: number },
): Promise<NewmanRun> {
  const report = join(temporaryFolder(), 'report.json')
  const variables = ['--environment', environment, '--env-var', `url=${url}`]
  const reporter = ['--reporters', 'json', '--reporter-json-export', report]
  const settings = [...variables, ...reporter, '--iteration-count', String(times)]
  // newman still uses deprecated parts of Node, and would warn of them at every run.
  const args = ['--no-deprecation', NEWMAN, 'run', collection, ...settings]
  const child = spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'ignore', 'pipe'] })
  const stderr = await text(child.stderr)
  if (!existsSync(report)) throw new Error(`newman did not finish: ${stderr}`)
  const { stats, failures } = (JSON.parse(readFileSync(report, 'utf8')) as Report).run
  return {
    requests: stats.requests.total,
    assertions: stats.assertions.total,
    failures: failures.map(
      ({ source, error }) => `${source?.name}: ${error.test ?? 'broke'}: ${error.message}`,
    ),
    stderr,
  }
}
