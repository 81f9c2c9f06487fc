import { stat } from 'node:fs/promises'

/** How often the file is looked at: a new policy is in force within twice this. */
const LOOK_EVERY_MS = 250

/**
 * Tells when a file has changed and has come to rest.
 *
 * It looks at the file again and again instead of asking the system to watch it, because that works on every
 * platform, on network file systems, for editors that put a new file in the old one's place, and for the folders
 * of symbolic links in which containers get their configuration. A change is told once two looks in a row saw the same,
 * so that a file is not read while it is being written. The file as it is at first is told too, since nobody knows
 * whether it has changed since it was read.
 */
export class FileWatch {
  readonly #path: string
  readonly #changed: () => void
  #told: string | undefined
  #seen: string | undefined
  #isLooking = false
  #timer: NodeJS.Timeout | undefined

  constructor(path: string, changed: () => void) {
    this.#path = path
    this.#changed = changed
  }

  /** Watches until `stop()`; never keeps the process alive. */
  start(): void {
    this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    const now = await fingerprint(this.#path)
    this.#isLooking = false
    const isAtRest = now === this.#seen
    this.#seen = now
    if (!isAtRest || now === this.#told) return
    this.#told = now
    this.#changed()
  }
}

/** Differs wherever the file, or the one that a link leads to, is another or was written. */
async function fingerprint(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true })
    return [dev, ino, size, mtimeNs].join(' ')
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}
