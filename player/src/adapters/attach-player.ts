/**
 * Holds a watch and a player together: asks for a slot when the film plays, stops the player if it
 * may not, and frees the slot when the film is over.
 */
import type { Watch } from '../core/watch.ts'

/**
 * An advert may end in the film's own element, and the film goes on. So the end counts if nothing
 * plays for that long.
 */
const ENDED_MS = 5000

/** What happens in a player, named as in HTML. */
export type MediaEvent = 'play' | 'playing' | 'pause' | 'seeking' | 'ended'

/** What a watch needs of a player. */
export type PlayerPort = {
  /** Calls back at each of these events. Returns a function that ends that. */
  readonly listen: (name: MediaEvent, heard: () => void) => () => void
  /** Stops playing, and loading if it can. */
  readonly halt: () => unknown
  /** Goes on at the same place. */
  readonly resume: () => unknown
}

/** How a watch and a player go together. */
export type AttachOptions = {
  /** Frees the slot of a film that is paused for so long. By default a paused film keeps it. */
  readonly releaseAfterPauseSeconds?: number
  /** Told if a player cannot go on, for instance because the browser allows no sound yet. */
  readonly onError?: (error: unknown) => void
}

/** Attaches. Returns a function that detaches, and stops the watch. */
export function attachPlayer(
  watch: Watch,
  port: PlayerPort,
  options: AttachOptions = {},
): () => Promise<void> {
  const attachment = new Attachment(watch, port, options)
  return () => attachment.end()
}

class Attachment {
  readonly #watch: Watch
  readonly #port: PlayerPort
  readonly #options: AttachOptions
  readonly #endings: readonly (() => void)[]
  /** The player may not play, and goes on once it may. */
  #isHalted = false
  #isPaused = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(watch: Watch, port: PlayerPort, options: AttachOptions) {
    this.#watch = watch
    this.#port = port
    this.#options = options
    const halt = (): void => this.#halt()
    this.#endings = [
      port.listen('play', () => this.#play()),
      port.listen('playing', () => clearTimeout(this.#timer)),
      port.listen('pause', () => this.#pause(true)),
      port.listen('seeking', () => this.#pause(this.#isPaused)),
      port.listen('ended', () => this.#stopAfter(ENDED_MS)),
      watch.on('denied', halt),
      watch.on('lost', halt),
      watch.on('admitted', () => this.#goOn()),
    ]
  }

  end(): Promise<void> {
    clearTimeout(this.#timer)
    for (const end of this.#endings) end()
    return this.#watch.stop()
  }

  #play(): void {
    this.#isPaused = false
    clearTimeout(this.#timer)
    if (this.#watch.state.phase === 'idle') void this.#watch.start()
  }

  /** A viewer who seeks in a paused film is there: the time begins again. */
  #pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    const { releaseAfterPauseSeconds: seconds } = this.#options
    if (isPaused && !this.#isHalted && seconds !== undefined) this.#stopAfter(1000 * seconds)
  }

  #stopAfter(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#watch.stop(), ms)
  }

  #halt(): void {
    clearTimeout(this.#timer)
    this.#isHalted = true
    void this.#carryOut(this.#port.halt)
  }

  #goOn(): void {
    if (!this.#isHalted) return
    this.#isHalted = false
    void this.#carryOut(this.#port.resume)
  }

  async #carryOut(step: () => unknown): Promise<void> {
    try {
      await step()
    } catch (error) {
      this.#options.onError?.(error)
    }
  }
}

/** The events of an element, as a port listens to them. */
export function listenTo(element: EventTarget): PlayerPort['listen'] {
  return (name, heard) => {
    element.addEventListener(name, heard)
    return () => element.removeEventListener(name, heard)
  }
}
