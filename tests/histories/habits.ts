/** The kinds of users whose histories are recorded. */
import type { SeededRandom } from '../simulation/world/seeded-random.ts'
import type { PlanName } from './plans.ts'

/** What a run leaves out, and how often answers are lost. */
export type Mix = {
  /** Whether starts replace streams by name. */
  readonly replaces: boolean
  /** The share of calls whose client leaves before the answer. */
  readonly lossChance: number
}

export const WHOLE_MIX: Mix = { replaces: true, lossChance: 0.04 }

type Weights = Readonly<Record<'start' | 'heartbeat' | 'stop' | 'operatorStop' | 'list' | 'erase', number>>

/** How the clients of one user behave. */
export type Habits = {
  readonly plans: readonly PlanName[]
  readonly weights: Weights
  /** How many streams and devices they share, and how often each uses its own. */
  readonly streams: number
  readonly devices: number
  readonly freshChance: number
  readonly deviceChance: number
  readonly replacesChance: number
  readonly ifMatchChance: number
  readonly namesPlanChance: number
  /**
   * How often all of them pause until a lease expires, and how often one of them pauses briefly.
   */
  readonly napChance: number
  readonly thinkChance: number
}

type Kind = Omit<Habits, 'plans' | 'namesPlanChance'> & {
  readonly share: number
  readonly planNames: readonly PlanName[]
}

const ALL: readonly PlanName[] = [
  'deny-1',
  'deny-2',
  'deny-3',
  'evict-1',
  'evict-2',
  'evict-3',
  'idle-2',
  'device-2',
  'device-evict-2',
]

const FAMILY: Kind = {
  share: 4,
  planNames: ALL,
  weights: { start: 42, heartbeat: 28, stop: 15, operatorStop: 3, list: 10, erase: 0.2 },
  streams: 4,
  devices: 3,
  freshChance: 0.15,
  deviceChance: 0.35,
  replacesChance: 0.2,
  ifMatchChance: 0.4,
  napChance: 0.004,
  thinkChance: 0.2,
}

const KINDS: readonly Kind[] = [
  FAMILY,
  // Few streams: nearly all calls are about the same one or two.
  { ...FAMILY, share: 2, streams: 2, devices: 2, freshChance: 0, thinkChance: 0 },
  // Zaps through channels, so that more evictions happen than are remembered.
  {
    ...FAMILY,
    share: 2,
    planNames: ['evict-1', 'evict-2', 'device-evict-2', 'idle-2', 'device-2'],
    weights: { start: 58, heartbeat: 30, stop: 4, operatorStop: 1, list: 6, erase: 0 },
    freshChance: 0.6,
    replacesChance: 0.3,
    thinkChance: 0,
  },
  // Falls asleep, so that leases expire.
  { ...FAMILY, share: 3, napChance: 0.045, replacesChance: 0.1 },
]

/** The habits of one user. */
export function someHabits(random: SeededRandom): Habits {
  const { share: _share, planNames, ...kind } = random.weigh(KINDS, ({ share }) => share)
  const plan = random.pick(planNames)
  const plans = random.chance(0.25) ? [plan, plan, random.pick(planNames)] : [plan]
  return { ...kind, plans, namesPlanChance: random.chance(0.6) ? 1 : 0.6 }
}
