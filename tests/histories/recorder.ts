/**
 * Records the histories of many users at once.
 */
import type { Mix } from './habits.ts'
import type { History } from './history.ts'
import { CLIENTS, Household } from './household.ts'
import { HttpCaller } from './http-caller.ts'

export type RecorderOptions = {
  readonly url: string
  readonly seed: number
  readonly leaseMs: number
  readonly skewMs: number
  readonly mix: Mix
  /** How many users call at the same time. */
  readonly usersAtOnce: number
  /** Recording ends after this many calls or this much time. */
  readonly operations: number
  readonly limitMs: number
  /** Recording ends once this is raised. */
  readonly signal?: AbortSignal | undefined
  /** Receives each history. That user's clients go on with the next history once it resolves. */
  readonly take: (history: History) => Promise<void>
}

/**
 * Records histories, each of another user, until there are enough operations. Resolves once all are
 * handed over.
 */
export async function record(options: RecorderOptions): Promise<void> {
  const deadlineMs = performance.now() + options.limitMs
  let operations = 0
  let users = 0
  const isOver = () =>
    operations >= options.operations || performance.now() >= deadlineMs || options.signal?.aborted === true
  const lane = async (): Promise<void> => {
    const callers = Array.from({ length: CLIENTS }, () => new HttpCaller(options.url))
    while (!isOver()) {
      users += 1
      const { seed, leaseMs, skewMs, mix } = options
      const user = `user-${seed}-${users}`
      const household = new Household({ user, seed: seedOf(seed, users), leaseMs, skewMs, mix, callers })
      const history = await household.record()
      operations += history.calls.length
      await options.take(history)
    }
    for (const caller of callers) caller.close()
  }
  await Promise.all(Array.from({ length: options.usersAtOnce }, lane))
}

/** Seeds that are far apart, even for neighbouring users. */
function seedOf(seed: number, user: number): number {
  return Math.imul(seed, 0x9e3779b1) ^ Math.imul(user, 0x85ebca6b)
}
