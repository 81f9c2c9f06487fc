import { setImmediate } from 'node:timers/promises'
import type { Moment } from '../history.ts'
import type { SeededRandom } from './seeded-random.ts'
import { SimulatedStore, type PendingCall } from './simulated-store.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** How often a slow call may be advanced too. */
const SLOW_CALL_TURN_RATE = 0.05
/** How often a pause that is over ends before any call is advanced. */
const PAUSE_FIRST_RATE = 0.3
/** How often the answer of a call comes some time after the call was applied. */
const LATE_ANSWER_RATE = 0.5

/** How the calls of a run behave. */
export type CallHabits = {
  readonly random: SeededRandom
  readonly clock: VirtualClock
  /** How likely a call or its answer is lost. */
  readonly lossRate: number
  /** How likely a call is slow, so that others overtake it. */
  readonly slowRate: number
}

/** Decides which call to the store happens next, and which pause of a limiter ends. */
export class Scheduler {
  readonly store = new SimulatedStore()
  /** When a call or its answer was lost. */
  readonly losses: Moment[] = []
  readonly #habits: CallHabits
  readonly #pauses: { readonly dueAtMs: number; readonly resolve: () => void }[] = []
  readonly #slowCalls = new WeakMap<PendingCall, boolean>()
  #lossRate: number

  constructor(habits: CallHabits) {
    this.#habits = habits
    this.#lossRate = habits.lossRate
  }

  get isIdle(): boolean {
    return this.store.pending.length === 0
  }

  /** From now on no call is lost. */
  stopLosses(): void {
    this.#lossRate = 0
  }

  /** Resolves at some step once this much time has passed. */
  pause(ms: number): Promise<void> {
    const dueAtMs = Math.ceil(this.#habits.clock.nowMs + ms)
    return new Promise((resolve) => this.#pauses.push({ dueAtMs, resolve }))
  }

  /**
   * Applies, answers or loses one call, or ends one pause. Then lets the limiter run until it waits
   * again. `includeSlow` advances slow calls as readily as others.
   */
  async advance(includeSlow: boolean): Promise<void> {
    const { random, clock } = this.#habits
    const due = this.#pauses.findIndex((pause) => pause.dueAtMs <= clock.nowMs)
    const calls = this.store.pending
    if (due !== -1 && (calls.length === 0 || random.chance(PAUSE_FIRST_RATE))) {
      for (const pause of this.#pauses.splice(due, 1)) pause.resolve()
      await setImmediate()
      return
    }
    const isSlowCallsTurn = random.chance(SLOW_CALL_TURN_RATE) || includeSlow
    const ready = calls.filter((call) => isSlowCallsTurn || !this.#isSlow(call))
    if (ready.length > 0) await this.#advanceCall(random.pick(ready))
  }

  async #advanceCall(call: PendingCall): Promise<void> {
    const { random, clock } = this.#habits
    const isLost = random.chance(this.#lossRate)
    if (!isLost && !call.isApplied) {
      clock.step()
      await call.apply()
      if (random.chance(LATE_ANSWER_RATE)) return
    }
    const moment = clock.step()
    if (isLost) {
      this.losses.push(moment)
      call.lose()
    } else {
      call.deliver()
    }
    await setImmediate()
  }

  #isSlow(call: PendingCall): boolean {
    const known = this.#slowCalls.get(call)
    if (known !== undefined) return known
    const isSlow = this.#habits.random.chance(this.#habits.slowRate)
    this.#slowCalls.set(call, isSlow)
    return isSlow
  }
}
