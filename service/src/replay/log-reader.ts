import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { readLogLine, type LoggedDecision } from '../telemetry/decision-reader.ts'

/** What was found in the logs. */
export type LineCounts = {
  decisions: number
  /** Lines about something else, which the replay ignores. */
  otherLines: number
  /** Lines about a decision that cannot be read, and the place of the first. */
  faultyLines: number
  firstFaulty?: string
  /** How many bytes were read so far. */
  bytes: number
}

/** How much is read at once. */
const CHUNK_BYTES = 1 << 18

/** Reads logs piece by piece, and counts what it finds. */
export class LogReader {
  readonly counts: LineCounts = { decisions: 0, otherLines: 0, faultyLines: 0, bytes: 0 }
  readonly #standardInput: Readable

  /** @param standardInput what `-` names. */
  constructor(standardInput: Readable) {
    this.#standardInput = standardInput
  }

  /**
   * The total size of these files. `undefined` if one is standard input, or a file whose size says
   * nothing.
   *
   * @throws {Error} if a file does not exist.
   */
  async bytesIn(names: readonly string[]): Promise<number | undefined> {
    const sizes = await Promise.all(
      names.map(async (name) => {
        const about = name === '-' ? undefined : await stat(name)
        return about?.isFile() === true ? about.size : Number.NaN
      }),
    )
    const sum = sizes.reduce((all, size) => all + size, 0)
    return Number.isNaN(sum) ? undefined : sum
  }

  /**
   * The decisions of one log, as many at once as are read at once.
   *
   * @throws {Error} if it cannot be read, with its name.
   */
  async *decisionsIn(name: string): AsyncGenerator<readonly LoggedDecision[]> {
    const input = name === '-' ? this.#standardInput : createReadStream(name, { highWaterMark: CHUNK_BYTES })
    let unfinished = ''
    let line = 0
    input.setEncoding('utf8')
    try {
      for await (const chunk of input as AsyncIterable<string>) {
        this.counts.bytes += Buffer.byteLength(chunk)
        const lines = (unfinished + chunk).split('\n')
        unfinished = lines.pop() ?? ''
        yield this.#read(lines, { name, line })
        line += lines.length
      }
    } catch (cause) {
      throw new Error(`--log ${name} cannot be read`, { cause })
    }
    if (unfinished !== '') yield this.#read([unfinished], { name, line })
  }

  #read(
    lines: readonly string[],
    { name, line }: { readonly name: string; readonly line: number },
  ): LoggedDecision[] {
    const decisions: LoggedDecision[] = []
    for (const [index, text] of lines.entries()) {
      const read = readLogLine(text)
      if (read === 'other') this.counts.otherLines += text === '' ? 0 : 1
      else if (read === 'faulty') {
        this.counts.faultyLines += 1
        this.counts.firstFaulty ??= `${name}:${line + index + 1}`
      } else decisions.push(read)
    }
    this.counts.decisions += decisions.length
    return decisions
  }
}
