import type { CopyProgress } from '@streamgate/stores/engine'
import { barOf, ProgressLine, type Terminal } from './progress-line.ts'

/** How far a copy has got, as a line on a terminal. */
export class CopyBar {
  readonly #line: ProgressLine

  constructor(terminal: Terminal) {
    this.#line = new ProgressLine(terminal)
  }

  readonly show = ({ bytes, bytesInAll }: CopyProgress): void => {
    const megabytes = [bytes, bytesInAll].map((count) => Math.round(count / 1e6).toLocaleString('en'))
    this.#line.draw(`${barOf(bytes / Math.max(1, bytesInAll))}  ${megabytes.join(' of ')} MB`)
  }

  /** Removes the bar from the terminal. */
  clear(): void {
    this.#line.clear()
  }
}
