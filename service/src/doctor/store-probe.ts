/**
 * What can be told of a store by using it. A store can block its process, or end it, so this runs
 * in one of its own: see `store-process.ts`.
 */
import { DEFAULT_POLICY, Limiter, type Store, type StreamId } from '@streamgate/core'
import { withTimeLimit } from '@streamgate/stores/wrappers'
import type { Config } from '../settings/settings.ts'
import { openStore } from '../store/open-store.ts'
import { PROBE_USER } from '../store/readiness.ts'
import { reasonOf } from '../text/reason.ts'
import { sequence } from '../text/sequence.ts'
import { fault, ok, warning, type Finding } from './finding.ts'
import { storeAdvice } from './store-advice.ts'

/** The settings by which a store is used. */
type StoreConfig = Pick<Config, 'store' | 'storeTimeoutMs' | 'redisWaitReplicas'>

/** What a probe is given. */
export type ProbeParts = {
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number
  /** Takes what was found. */
  readonly tell: (finding: Finding) => void
  /** Takes what is done next, in a few words. It may never end. */
  readonly announce: (step: string) => void
}

/** Looks at a store, opens it, reads, and writes what it then removes. */
export async function probeStore(config: StoreConfig, { nowMs, tell, announce }: ProbeParts): Promise<void> {
  const { store: address, redisWaitReplicas: waitReplicas } = config
  const { engine, text } = address
  announce('a look at it')
  const examination = await address.examine?.(nowMs)
  for (const finding of examination?.findings ?? []) tell(finding)
  if (!engine.isShared) {
    tell(warning('store', `${text} is ${engine.remark}`, 'name a store that lasts, as --store'))
  }
  if (examination?.canBeOpened === false) return
  announce('its opening')
  const open = () => openStore(address, { warn: () => {}, waitReplicas })
  const store = await open().catch((error: unknown) => tell(faultOf(error)))
  if (store === undefined) return
  announce('a call')
  await callStore(store, config, { nowMs, tell }).catch((error: unknown) => tell(faultOf(error)))
  announce('its closing')
  await store.close()
}

async function callStore(
  store: Store,
  { store: { text }, storeTimeoutMs }: StoreConfig,
  { nowMs, tell }: Pick<ProbeParts, 'nowMs' | 'tell'>,
): Promise<void> {
  // The first call may have to connect, and to find credentials.
  await store.read(PROBE_USER)
  const limited = withTimeLimit(store, storeTimeoutMs)
  const readMs = await timed(() => limited.read(PROBE_USER))
  const writeMs = await timed(() => startAndErase(limited, nowMs))
  const found = `${text} answers a read in ${readMs} ms, and a start and its removal in ${writeMs} ms`
  tell(ok('store', found))
  await limited.finishedSince().then(
    () => tell(ok('finished streams', 'they can be read')),
    (error: unknown) => tell(faultOf(error, 'finished streams')),
  )
}

/** A real start, of a user whom no request can name. */
async function startAndErase(store: Store, nowMs: () => number): Promise<void> {
  const limiter = new Limiter({
    store,
    policy: DEFAULT_POLICY,
    now: nowMs,
    newGeneration: sequence(),
    pause: async () => {},
    random: () => 0,
  })
  try {
    await limiter.start({ user: PROBE_USER, stream: { streamId: 'doctor' as StreamId } })
  } finally {
    await limiter.erase(PROBE_USER)
  }
}

async function timed(call: () => Promise<unknown>): Promise<string> {
  const startedAtMs = performance.now()
  await call()
  return (performance.now() - startedAtMs).toFixed(1)
}

function faultOf(error: unknown, check = 'store'): Finding {
  return fault(check, reasonOf(error), storeAdvice(error))
}
