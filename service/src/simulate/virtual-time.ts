import { TimeQueue } from '../time/time-queue.ts'

type Event = { readonly atMs: number; readonly run: () => Promise<void> | void }

/** A clock that jumps from event to event. Nothing waits. */
export class VirtualTime {
  readonly #events = new TimeQueue<Event>()
  #nowMs: number

  constructor(startMs: number) {
    this.#nowMs = startMs
  }

  /** Milliseconds since the epoch. */
  readonly nowMs = (): number => this.#nowMs

  /** Runs it so many milliseconds later. Instants are whole milliseconds, as a clock's are. */
  after(ms: number, run: Event['run']): void {
    this.#events.push({ atMs: this.#nowMs + Math.round(ms), run })
  }

  /** Runs all events up to this instant, in order. */
  async runUntil(endMs: number): Promise<void> {
    for (let next = this.#events.takeOne(endMs); next !== undefined; next = this.#events.takeOne(endMs)) {
      this.#nowMs = next.atMs
      await next.run()
    }
    this.#nowMs = endMs
  }
}
