/**
 * Runs dynalite in its own process, with the service's tables. It uses as much CPU as the service.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StoreServer } from './store-server.ts'

const PROGRAM = fileURLToPath(new URL('run-dynalite.ts', import.meta.url))

/**
 * The clock skew that the service is told. All processes run on one machine, so it is small. With
 * the default of 2 s most leases of a history could be either live or expired, and there would be
 * too many orders to try.
 */
const CLOCK_SKEW_MS = 20

/**
 * Long enough that no request is repeated on a busy machine. The answer to a repeated request shows
 * what happened after the first one, so no order of the calls explains it.
 */
const REQUEST_TIMEOUT_MS = 5000

/** What the child reports once its tables exist. */
export type DynaliteReady = { readonly table: string; readonly endpoint: string }

export async function startDynalite(): Promise<StoreServer> {
  const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true })
  const [ready] = (await once(child, 'message')) as [DynaliteReady]
  return {
    store: `dynamodb:${ready.table}?clockSkewMs=${CLOCK_SKEW_MS}&requestTimeoutMs=${REQUEST_TIMEOUT_MS}`,
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
