/**
 * How households watch. Times are means of exponential distributions, except for the restart and
 * the retry.
 */
export type Habits = {
  readonly devices: number
  readonly idleMinutes: number
  readonly watchMinutes: number
  /** The share of players that end without a stop: a crash, a dead battery, a lost network. */
  readonly crashShare: number
  /** The share of their viewers who start again, between 5 s and `restartSeconds` later. */
  readonly restartShare: number
  readonly restartSeconds: number
  /** The share of viewers who try again after a denial, and how much later. */
  readonly retryShare: number
  readonly retrySeconds: number
  /** The share of refused viewers who end another stream and watch here instead. */
  readonly takeOverShare: number
  /** The share of playbacks that are left for another channel, on average after `zapSeconds`. */
  readonly zapShare: number
  readonly zapSeconds: number
  /**
   * How much is watched in each hour of a day, in UTC, as shares of the busiest. Without it all
   * hours are the same.
   */
  readonly busyness?: readonly number[]
}

/** A device: what its player tells of itself, and its networks. */
export type DeviceProfile = {
  readonly id: string
  readonly type?: string
  readonly network?: string
  /** The share of playbacks from another network, and which that is. */
  readonly awayShare?: number
  readonly awayNetwork?: string
}

/** The evening is busy, the night is not. */
const BUSYNESS = [
  0.25, 0.14, 0.08, 0.05, 0.05, 0.08, 0.15, 0.25, 0.3, 0.3, 0.3, 0.35, 0.4, 0.42, 0.42, 0.45, 0.5, 0.6, 0.75,
  0.92, 1, 0.98, 0.75, 0.45,
]

/** What `streamgate simulate` takes households for. Each differs: see `household-variety.ts`. */
export const EVERYDAY_HABITS: Omit<Habits, 'devices'> = {
  idleMinutes: 240,
  watchMinutes: 50,
  crashShare: 0.12,
  restartShare: 0.7,
  restartSeconds: 60,
  retryShare: 0.5,
  retrySeconds: 30,
  takeOverShare: 0.3,
  zapShare: 0.2,
  zapSeconds: 12,
  busyness: BUSYNESS,
}
