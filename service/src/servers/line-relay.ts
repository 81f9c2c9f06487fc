import type { Readable, Writable } from 'node:stream'

/**
 * Passes on what workers write, in whole lines. If workers wrote to one output themselves, their
 * lines could mix.
 *
 * While the output is not read, nothing is read from the workers either. So each worker drops its
 * own surplus.
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

  /** Passes on the lines of this source until it ends. */
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
