/**
 * Dynalite in a process of its own, with the tables of the service: it takes as much processor time as the service.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('run-dynalite.ts', import.meta.url))

/**
 * What the service is told that the clocks of instances differ by: here they are one machine's. With the 2 s that it
 * takes by default, most leases of a history could as well have lapsed as not, and there are too many orders to try.
 */
const CLOCK_SKEW_MS = 20

export type DynaliteProcess = {
  /** As the service is told of it. */
  readonly store: string
  /** How the service finds it. */
  readonly environment: Readonly<Record<string, string>>
  readonly skewMs: number
  readonly stop: () => Promise<void>
}

/** What the child tells once its tables are there. */
export type DynaliteReady = { readonly table: string; readonly endpoint: string }

export async function startDynalite(): Promise<DynaliteProcess> {
  const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true })
  const [ready] = (await once(child, 'message')) as [DynaliteReady]
  return {
    store: `dynamodb:${ready.table}?clockSkewMs=${CLOCK_SKEW_MS}`,
    environment: {
      AWS_ENDPOINT_URL_DYNAMODB: ready.endpoint,
      AWS_ACCESS_KEY_ID: 'nobody',
      AWS_SECRET_ACCESS_KEY: 'nothing',
      AWS_REGION: 'eu-central-1',
    },
    skewMs: CLOCK_SKEW_MS,
    stop: async () => {
      const gone = once(child, 'close')
      child.kill('SIGKILL')
      await gone
    },
  }
}
