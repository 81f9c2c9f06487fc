/**
 * A process that serves: from the opening of its store to its clean end.
 */
import type { Composition } from '../compose.ts'
import { endAtOnce } from '../servers/end-at-once.ts'
import type { RunningServer } from '../servers/node-server.ts'
import type { Config } from '../settings/settings.ts'
import type { SweepTimer } from '../sweep/sweep-timer.ts'
import type { Log } from '../telemetry/log.ts'
import { DONE, FAILED } from './exit-codes.ts'

/** Longest wait for requests under way once the port is closed. */
const FINISH_LIMIT_MS = 10_000

/** Longest wait for the store to close. It may be waiting for a lock that another process holds. */
const CLOSE_LIMIT_MS = 1000

/** What runs until it is told to stop. */
export type Serving = {
  readonly log: Log
  readonly composition: Composition
  readonly sweepTimer: SweepTimer
  readonly server: RunningServer
  readonly orders: {
    /** Resolves with a signal when load balancers should learn that this process stops. */
    readonly draining: Promise<NodeJS.Signals>
    /** Resolves when it should close its port and end. */
    readonly closing: () => Promise<void>
  }
}

/** Logs it first, because a store that waits for the lock of another process blocks this one. */
export function tellOpening({ store }: Config, log: Log): void {
  log.logger.info({ store: store.text }, 'opening the store')
  log.flush()
}

/** Does the work that the first request would have to wait for. */
export async function makeReady(composition: Composition): Promise<void> {
  await composition.finished.start()
  composition.pools.start()
  await composition.makeDocuments()
}

/** Serves until it is told to stop. Resolves with the exit code. */
export async function serveUntilStopped(serving: Serving): Promise<number> {
  const { log, composition, sweepTimer, server, orders } = serving
  const signal = await orders.draining
  log.logger.info({ signal }, 'draining')
  composition.startDraining()
  server.startDraining()
  const lastSweep = sweepTimer.stop()
  await orders.closing()
  const { unfinished } = await server.close(FINISH_LIMIT_MS)
  const isClosed = await isDoneWithin(CLOSE_LIMIT_MS, closeAfter(lastSweep, composition))
  log.logger.info({ unfinished }, 'stopped')
  log.flush()
  if (!isClosed) endAtOnce()
  return unfinished === 0 ? DONE : FAILED
}

/** A sweep ends with the page under way, and needs the store until then. */
async function closeAfter(lastSweep: Promise<void>, { close }: Composition): Promise<void> {
  await lastSweep
  await close()
}

async function isDoneWithin(limitMs: number, work: Promise<void>): Promise<boolean> {
  const overdue = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), limitMs).unref()
  })
  return Promise.race([work.then(() => true as const), overdue])
}
