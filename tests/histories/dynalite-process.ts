/**
 * Dynalite in a process of its own, with the tables of the service: it takes as much processor time as the service.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('run-dynalite.ts', import.meta.url))

/** What the service takes the clocks of instances in a cloud to differ by. */
const CLOUD_SKEW_MS = 2000

export type DynaliteProcess = {
  readonly table: string
  /** How the service finds it. */
  readonly environment: Readonly<Record<string, string>>
  readonly skewMs: number
  readonly stop: () => Promise<void>
}

/** What the child tells once its tables are there. */
export type DynaliteReady = { readonly table: string; readonly endpoint: string }

export async function startDynalite(): Promise<DynaliteProcess> {
  const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [ready] = (await once(child, 'message')) as [DynaliteReady]
  return {
    table: ready.table,
    environment: {
      AWS_ENDPOINT_URL_DYNAMODB: ready.endpoint,
      AWS_ACCESS_KEY_ID: 'nobody',
      AWS_SECRET_ACCESS_KEY: 'nothing',
      AWS_REGION: 'eu-central-1',
    },
    skewMs: CLOUD_SKEW_MS,
    stop: async () => {
      const gone = once(child, 'close')
      child.kill('SIGKILL')
      await gone
    },
  }
}
