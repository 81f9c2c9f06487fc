/**
 * The flags of `streamgate sweep`, checked: what to sweep, how fast, and from which position.
 */
import { ConfigError } from '../settings/config-error.ts'
import { loadConfig, type Config } from '../settings/settings.ts'
import { reasonOf } from '../text/reason.ts'
import { wholeNumber } from '../settings/parse.ts'
import { alternatives, ENGINES_BILLED_BY_READS } from '../settings/store-engines.ts'
import { SWEEP_RATE_MAX } from '../settings/sweep-settings.ts'
import { SEGMENTS_MAX, SweepStateFile, type StoredSweepState } from '../sweep/sweep-state.ts'
import { wholeOf, type SegmentLeft } from '../sweep/sweep-job.ts'

/** The flags as the operator wrote them. */
export type SweepFlags = {
  readonly store?: string
  readonly storeTimeoutMs?: string
  readonly rate?: string
  readonly readCapacity?: string
  readonly segments?: string
  readonly cursor?: string
  readonly state?: string
  readonly dryRun?: true
}

/** A valid request. */
export type SweepRequest = {
  readonly config: Pick<Config, 'store' | 'storeTimeoutMs'>
  /** The store as a state file names it. */
  readonly storeName: string
  readonly rate: number
  readonly readCapacity: number | undefined
  readonly segments: number
  readonly left: readonly SegmentLeft[]
  readonly stateFile: SweepStateFile | undefined
  readonly isDryRun: boolean
}

/** The highest read capacity per second. The default quota of a table is 40,000. */
const READ_CAPACITY_MAX = 1_000_000

/** @throws {ConfigError} for every flag that cannot be used, each by name. */
export function readSweepRequest(flags: SweepFlags): SweepRequest {
  const faults: string[] = []
  const config = attempt(faults, () => configOf(flags))
  const segments = number(faults, { flag: '--segments', text: flags.segments, max: SEGMENTS_MAX })
  const rate = number(faults, { flag: '--rate', text: flags.rate, max: SWEEP_RATE_MAX })
  const budget = { flag: '--read-capacity', text: flags.readCapacity, max: READ_CAPACITY_MAX }
  const readCapacity = number(faults, budget)
  faults.push(...contradictions(flags, config))
  const stateFile = flags.state === undefined ? undefined : new SweepStateFile(flags.state)
  const stored = attempt(faults, () => named('--state', () => stateFile?.read()))
  if (stored !== undefined && config !== undefined) {
    faults.push(...differences(stored, { store: config.store.absoluteText, segments }))
  }
  if (faults.length > 0 || config === undefined) throw new ConfigError(faults)
  const count = stored?.segments ?? segments ?? 1
  const { cursor } = flags
  return {
    config,
    storeName: config.store.absoluteText,
    rate: rate ?? config.sweepRate,
    readCapacity,
    segments: count,
    left: stored?.left ?? (cursor === undefined ? wholeOf(count) : [{ index: 0, cursor }]),
    stateFile,
    isDryRun: flags.dryRun === true,
  }
}

/**
 * The settings that a sweep shares with the service. It does not listen, so `auth` does not matter.
 */
function configOf({ store, storeTimeoutMs }: SweepFlags): Config {
  const config = loadConfig({
    auth: 'none',
    workers: '1',
    ...(store !== undefined && { store }),
    ...(storeTimeoutMs !== undefined && { storeTimeoutMs }),
  })
  const { engine, text, isThere } = config.store
  if (!engine.isShared) throw new ConfigError([`--store ${text} is gone with its process: name another`])
  if (!isThere()) throw new ConfigError([`--store ${text} is not there: name the one that the service uses`])
  return config
}

/** Flags that are each valid but contradict each other. */
function contradictions(flags: SweepFlags, config: Config | undefined): string[] {
  const faults: string[] = []
  const isDivided = flags.segments !== undefined && Number(flags.segments) > 1
  if (flags.cursor !== undefined && isDivided) {
    faults.push('--cursor continues a sweep of one segment: leave --segments out, or use --state')
  }
  if (flags.cursor !== undefined && flags.state !== undefined) {
    faults.push('--cursor and --state both say where to continue: give only one')
  }
  if (flags.dryRun === true && flags.state !== undefined) {
    faults.push('--dry-run keeps no --state: a later sweep would skip users that were only read')
  }
  if (flags.readCapacity !== undefined && config?.store.engine.isBilledByReads === false) {
    const billed = alternatives(ENGINES_BILLED_BY_READS.map(({ scheme }) => scheme))
    faults.push(`--read-capacity is for ${billed}: this store has no price for a read; use --rate`)
  }
  return faults
}

/** How the sweep in the state file differs from the one that was asked for. */
function differences(
  stored: StoredSweepState,
  { store, segments = stored.segments }: { store: string; segments: number | undefined },
): string[] {
  const faults: string[] = []
  if (stored.store !== store) faults.push(`--state is of ${stored.store}, not of ${store}: name another file`)
  if (stored.segments !== segments) {
    faults.push(`--state is of ${stored.segments} segments, not of ${segments}: leave --segments out`)
  }
  return faults
}

function number(
  faults: string[],
  { flag, text, max }: { flag: string; text: string | undefined; max: number },
): number | undefined {
  return text === undefined ? undefined : attempt(faults, () => named(flag, () => wholeNumber(1, max)(text)))
}

/** @throws {ConfigError} with the flag's name before what is wrong with it. */
function named<Value>(flag: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    throw new ConfigError([`${flag} ${error instanceof Error ? error.message : reasonOf(error)}`])
  }
}

function attempt<Value>(faults: string[], read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    faults.push(...error.faults)
    return undefined
  }
}
