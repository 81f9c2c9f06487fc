/**
 * The order in which calls of one user were decided.
 *
 * A log says when calls were answered. If two were in flight at the same time, the one answered
 * first may have been decided last. Their outcomes say more: a refusal came after the start that
 * filled the slot. So of all orders that the times allow, this takes one that explains the log. If
 * none does, it takes the order of the answers.
 */
import type { UserId } from '@streamgate/core'
import type { PlayableDecision } from '../telemetry/decision-reader.ts'
import { LogWorld, type TimedCall } from './log-world.ts'

/** How long a call waits for others that were in flight with it: longer than any call takes. */
const WAIT_MS = 1000
/** How many calls are ordered at once, and how many steps are tried for that. */
const LOOKAHEAD_MAX = 10
const STEPS_MAX = 2000
/** Instants are in whole milliseconds. */
const ROUNDING_MS = 1

/** Orders calls that were in flight at the same time so that the order explains them. */
export class ExplainedOrder {
  /** Users with waiting calls, in the order of their first. */
  readonly #waiting = new Map<UserId, TimedCall[]>()
  readonly #worlds = new Map<UserId, LogWorld>()

  /** Forgets what ran for a user. */
  forget(user: UserId): void {
    this.#worlds.delete(user)
  }

  /**
   * Takes the next decision by time. Returns those that can be replayed now, in order for each
   * user.
   */
  *next(decision: PlayableDecision): Generator<PlayableDecision> {
    if (decision.verb === 'finish') {
      // It concerns every user, so all earlier calls must be replayed before it.
      yield* this.rest()
      yield decision
      return
    }
    const { user } = decision
    if (decision.verb === 'erase' || decision.verb === 'remove-device') {
      yield* this.#callsOf(user, Infinity)
      this.#worlds.delete(user)
      yield decision
      return
    }
    const waiting = this.#waiting.get(user) ?? []
    waiting.push(decision)
    if (waiting.length === 1) this.#waiting.set(user, waiting)
    yield* this.#until(decision.atMs - WAIT_MS)
  }

  /** Everything that still waits. */
  *rest(): Generator<PlayableDecision> {
    yield* this.#until(Infinity)
  }

  *#until(boundMs: number): Generator<PlayableDecision> {
    for (const [user, [first]] of this.#waiting) {
      if (first !== undefined && first.atMs > boundMs) return
      yield* this.#callsOf(user, boundMs)
    }
  }

  /** A user's calls up to this instant, and later ones that were decided before one of them. */
  *#callsOf(user: UserId, boundMs: number): Generator<PlayableDecision> {
    const waiting = this.#waiting.get(user) ?? []
    this.#waiting.delete(user)
    while (waiting.some(({ atMs }) => atMs <= boundMs)) {
      const world = this.#worlds.get(user) ?? new LogWorld()
      const [call] = waiting.splice(firstOf(waiting.slice(0, LOOKAHEAD_MAX), world), 1)
      if (call === undefined) return
      this.#keep(user, world.after(call).world)
      yield call
    }
    if (waiting.length > 0) this.#waiting.set(user, waiting)
  }

  #keep(user: UserId, world: LogWorld): void {
    if (world.isEmpty) this.#worlds.delete(user)
    else this.#worlds.set(user, world)
  }
}

/**
 * Which of these calls came first: by an order that explains them all without oddities, or with
 * oddities, or by the longest part of an order.
 */
function firstOf(calls: readonly TimedCall[], world: LogWorld): number {
  if (candidatesIn(calls).length <= 1) return 0
  const plain = longestExplained(calls, { world, isOddAllowed: false })
  const best = plain.length === calls.length ? plain : longestExplained(calls, { world, isOddAllowed: true })
  return best[0] ?? 0
}

/**
 * The longest order of these calls, by their indices, that the times allow and that explains their
 * outcomes.
 */
function longestExplained(
  calls: readonly TimedCall[],
  { world, isOddAllowed }: { readonly world: LogWorld; readonly isOddAllowed: boolean },
): readonly number[] {
  let steps = 0
  let longest: readonly number[] = []
  const explain = (left: readonly number[], before: LogWorld, path: readonly number[]): boolean => {
    if (path.length > longest.length) longest = path
    if (left.length === 0) return true
    const open = left.map((index) => calls[index]).filter((call) => call !== undefined)
    for (const call of candidatesIn(open)) {
      steps += 1
      if (steps > STEPS_MAX) return false
      if (!isOddAllowed && before.isOddlyRefused(call)) continue
      const { isExplained, world: next } = before.after(call)
      const index = calls.indexOf(call)
      const rest = left.filter((other) => other !== index)
      if (isExplained && explain(rest, next, [...path, index])) return true
    }
    return false
  }
  explain(Array.from(calls.keys()), world, [])
  return longest
}

/** The calls that may come first: none of the others ended before they began. */
function candidatesIn(calls: readonly TimedCall[]): readonly TimedCall[] {
  const firstAnswerMs = Math.min(...calls.map(({ atMs }) => atMs))
  return calls.filter(({ arrivedAtMs }) => arrivedAtMs <= firstAnswerMs + ROUNDING_MS)
}
