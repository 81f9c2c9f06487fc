import type { Moment } from '../history.ts'
import type { SeededRandom } from './seeded-random.ts'

/** How often the clock moves to an instant at which something expires, or right beside it. */
const EDGE_RATE = 0.3
/** Of the instants to come, how many the clock chooses from. */
const EDGES_NEAR = 4

/**
 * The clock and the step counter of a run. It remembers the instants at which something may expire.
 */
export class VirtualClock {
  /** Every move of the clock, in order. */
  readonly moves: Moment[] = []
  readonly #random: SeededRandom
  readonly #edges = new Set<number>()
  #nowMs = 1000
  #step = 0

  constructor(random: SeededRandom) {
    this.#random = random
  }

  get nowMs(): number {
    return this.#nowMs
  }

  /** The last instant at which something may expire, or now if that is later. */
  get lastEdgeMs(): number {
    return Math.max(this.#nowMs, ...this.#edges)
  }

  /** Takes the next step, at this instant. */
  step(): Moment {
    this.#step += 1
    return { step: this.#step, atMs: this.#nowMs }
  }

  /** Remembers an instant at which something may expire. */
  addEdge(instantMs: number): void {
    this.#edges.add(instantMs)
  }

  /** Moves forward to this instant. An earlier one changes nothing. */
  moveTo(instantMs: number): void {
    if (instantMs <= this.#nowMs) return
    this.#nowMs = instantMs
    this.moves.push(this.step())
  }

  /** Moves a small step, or to an instant at which something expires, or 1 ms beside that. */
  moveByChance(smallStepMaxMs: number): void {
    const isToEdge = this.#random.chance(EDGE_RATE)
    const ahead = isToEdge ? [...this.#edges].filter((edge) => edge > this.#nowMs) : []
    if (ahead.length > 0) {
      const next = ahead.toSorted((one, other) => one - other).slice(0, EDGES_NEAR)
      this.moveTo(this.#random.pick(next) + this.#random.pick([-1, 0, 0, 1]))
    } else {
      this.moveTo(this.#nowMs + this.#random.below(smallStepMaxMs + 1))
    }
  }
}
