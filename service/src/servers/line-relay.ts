import type { Readable, Writable } from 'node:stream'

/**
 * Passes on what workers write, whole lines at a time: written straight to one output, lines of two workers can mix. While
 * nobody reads the output, nothing is read from the workers either, so that each of them drops what is too much.
 */
export class LineRelay {
  readonly #to: Writable
  readonly #paused = new Set<Readable>()

  constructor(to: Writable) {
    this.#to = to
    to.on('drain', () => {
      for (const source of this.#paused) source.resume()
      this.#paused.clear()
    })
  }

  /** Passes on what comes from this source until it ends. */
  add(source: Readable): void {
    let unfinished = ''
    source.setEncoding('utf8')
    source.on('data', (chunk: string) => {
      const end = chunk.lastIndexOf('\n') + 1
      const hasRoom = end === 0 || this.#to.write(unfinished + chunk.slice(0, end))
      unfinished = end > 0 ? chunk.slice(end) : unfinished + chunk
      if (hasRoom) return
      source.pause()
      this.#paused.add(source)
    })
  }
}
