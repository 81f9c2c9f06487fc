import { stat } from 'node:fs/promises'
import { RepeatingTimer } from '../time/repeating-timer.ts'

/** Wait between two looks at the file. A new policy is in force within twice this time. */
const LOOK_EVERY_MS = 250

/**
 * Tells when a file has changed and is no longer being written.
 *
 * It looks at the file again and again instead of asking the system to watch it. That works on
 * every platform, on network file systems, for editors that replace the file, and for the folders
 * of symbolic links in which containers get their configuration. A change is told once two looks in
 * a row saw the same file, so that a half-written file is not read. The first state of the file is
 * told too, because it may have changed after it was read.
 */
export class FileWatch {
  readonly #path: string
  readonly #changed: () => void
  readonly #timer = new RepeatingTimer({ waitMs: () => LOOK_EVERY_MS, work: () => this.#look() })
  #told: string | undefined
  #seen: string | undefined

  constructor(path: string, changed: () => void) {
    this.#path = path
    this.#changed = changed
  }

  /** Watches for as long as the process lives, and does not keep it alive. */
  start(): void {
    this.#timer.start()
  }

  async #look(): Promise<void> {
    const now = await fingerprint(this.#path)
    const isAtRest = now === this.#seen
    this.#seen = now
    if (!isAtRest || now === this.#told) return
    this.#told = now
    this.#changed()
  }
}

/** Differs if the file, or the one that a link leads to, is another file or was written. */
async function fingerprint(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true })
    return [dev, ino, size, mtimeNs].join(' ')
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}
