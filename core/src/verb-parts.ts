import type { FinishedStreams } from './finished-streams.ts'
import type { HeartbeatPacer } from './heartbeat-pacer.ts'
import type { PoolLedger } from './pools/pool-ledger.ts'
import type { Settler } from './settler.ts'
import type { Store } from './store.ts'

/** What the limiter's verbs work with. */
export type VerbParts = {
  readonly store: Store
  readonly settler: Settler
  readonly finished: FinishedStreams
  readonly pacer: HeartbeatPacer
  readonly pools: PoolLedger
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** The instant by which a lease must have ended for every process to agree that it has lapsed. */
  readonly judgingMs: () => number
  /** A text that no other call returns, in any process. */
  readonly newGeneration: () => string
}
