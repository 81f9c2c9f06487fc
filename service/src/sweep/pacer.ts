/**
 * Spreads lumps of work over time. After each lump nothing more happens until it is paid off. So
 * the mean never exceeds `perSecond`, and never more than one lump comes at once, however long
 * nothing was spent before.
 */
export class Pacer {
  readonly #perSecond: number
  readonly #nowMs: () => number
  #paidOffAtMs = Number.NEGATIVE_INFINITY

  /** @param nowMs milliseconds by a clock that is never set back. */
  constructor(perSecond: number, nowMs: () => number) {
    this.#perSecond = perSecond
    this.#nowMs = nowMs
  }

  spend(amount: number): void {
    const fromMs = Math.max(this.#nowMs(), this.#paidOffAtMs)
    this.#paidOffAtMs = fromMs + (amount / this.#perSecond) * 1000
  }

  /** How long to wait before more may be spent. */
  get waitMs(): number {
    return Math.max(0, this.#paidOffAtMs - this.#nowMs())
  }
}
