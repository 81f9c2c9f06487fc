/** The state of a watch, and those who are told of it. */
import type { Host } from './host.ts'
import type { WatchEvents, WatchState } from './types.ts'

type EventName = keyof WatchEvents
type Listener = (detail: never) => unknown

/** Tells listeners. Neither what they throw nor what they reject with reaches the watch. */
export class Events {
  readonly #host: Host
  readonly #listeners = new Set<readonly [EventName, Listener]>()
  #state: WatchState = { phase: 'idle' }

  constructor(host: Host) {
    this.#host = host
  }

  /** The newest state. */
  get state(): WatchState {
    return this.#state
  }

  /** Adds a listener. Returns a function that removes it. */
  on<Name extends EventName>(name: Name, listener: (detail: WatchEvents[Name]) => unknown): () => void {
    const entry = [name, listener] as const
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  /** Calls the listeners to this event. */
  emit<Name extends EventName>(name: Name, detail: WatchEvents[Name]): void {
    for (const [heard, listener] of this.#listeners) {
      if (heard === name) void this.#tell(listener, detail as never)
    }
  }

  /** Changes the state, and says so. */
  set(state: WatchState): void {
    this.#state = state
    this.emit('change', state)
  }

  async #tell(listener: Listener, detail: never): Promise<void> {
    try {
      await listener(detail)
    } catch (error) {
      this.#host.report?.(error)
    }
  }
}
