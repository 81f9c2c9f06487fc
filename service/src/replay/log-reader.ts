import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readLogLine, type LoggedDecision } from '../telemetry/decision-reader.ts'
import { LogSurvey } from './log-survey.ts'
import { logText } from './log-text.ts'

/** What was found in the logs. */
export type LineCounts = {
  decisions: number
  /** Lines about something else, which the replay ignores. */
  otherLines: number
  /** Lines about a decision that cannot be read, and the place of the first. */
  faultyLines: number
  firstFaulty?: string
  /** Compressed logs that end early or are damaged. They are read up to there. */
  readonly cutShort: Set<string>
  /** How many bytes of files were read so far. */
  bytes: number
}

/** Decisions that were read at once, and the number of the line of each, from 1. */
export type ReadDecisions = {
  readonly decisions: readonly LoggedDecision[]
  readonly lines: readonly number[]
}

/** How much is read at once. */
const CHUNK_BYTES = 1 << 15

/** Reads logs piece by piece, and counts what it finds. */
export class LogReader {
  readonly counts: LineCounts = {
    decisions: 0,
    otherLines: 0,
    faultyLines: 0,
    cutShort: new Set(),
    bytes: 0,
  }
  readonly #standardInput: Readable
  /** Where standard input is kept. Empty until then. */
  #keptInput = ''

  /** @param standardInput what `-` names. */
  constructor(standardInput: Readable) {
    this.#standardInput = standardInput
  }

  /**
   * Reads whole logs for what must be known before they are replayed. Standard input is kept in a
   * temporary file, because it cannot be read twice.
   *
   * @throws {Error} if a log cannot be read, with its name.
   */
  async survey(names: readonly string[]): Promise<LogSurvey> {
    const survey = new LogSurvey()
    for (const name of names) {
      if (name === '-') await this.keepInput()
      for await (const lines of this.#linesIn(name)) for (const line of lines) survey.take(line)
    }
    return survey
  }

  /** Removes what was kept. */
  async close(): Promise<void> {
    if (this.#keptInput !== '') await rm(dirname(this.#keptInput), { recursive: true, force: true })
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
   * The decisions of one log, as many at once as are read at once. Standard input must be kept if
   * it is read again.
   *
   * @throws {Error} if it cannot be read, with its name.
   */
  async *decisionsIn(name: string): AsyncGenerator<readonly LoggedDecision[]> {
    for await (const { decisions } of this.placedDecisionsIn(name)) yield decisions
  }

  /**
   * The same with their places.
   *
   * @param survey learns from each line too, if it is given.
   * @throws {Error} if the log cannot be read, with its name.
   */
  async *placedDecisionsIn(name: string, survey?: LogSurvey): AsyncGenerator<ReadDecisions> {
    let line = 0
    for await (const lines of this.#linesIn(name)) {
      if (survey !== undefined) for (const each of lines) survey.take(each)
      yield this.#read(lines, { name, line })
      line += lines.length
    }
  }

  /** All lines, as many at once as are read at once. */
  async *#linesIn(name: string): AsyncGenerator<readonly string[]> {
    const path = name === '-' ? this.#keptInput : name
    const input = path === '' ? this.#standardInput : createReadStream(path, { highWaterMark: CHUNK_BYTES })
    const text = logText(input, {
      onBytes: (bytes) => {
        this.counts.bytes += bytes
      },
      onCutShort: () => this.counts.cutShort.add(name),
    })
    let unfinished = ''
    try {
      for await (const chunk of text) {
        const lines = (unfinished + chunk).split('\n')
        unfinished = lines.pop() ?? ''
        yield lines
      }
    } catch (cause) {
      throw new Error(`--log ${name} cannot be read`, { cause })
    }
    if (unfinished !== '') yield [unfinished]
  }

  /**
   * Keeps standard input in a temporary file, so that it can be read more than once.
   *
   * @throws {Error} if there is no room for it.
   */
  async keepInput(): Promise<void> {
    if (this.#keptInput !== '') return
    const path = join(await mkdtemp(join(tmpdir(), 'streamgate-replay-')), 'log')
    this.#keptInput = path
    try {
      await pipeline(this.#standardInput, createWriteStream(path, { mode: 0o600 }))
    } catch (cause) {
      throw new Error('--log - cannot be kept in a temporary file', { cause })
    }
  }

  #read(
    lines: readonly string[],
    { name, line }: { readonly name: string; readonly line: number },
  ): ReadDecisions {
    const decisions: LoggedDecision[] = []
    const places: number[] = []
    for (const [index, text] of lines.entries()) {
      const read = readLogLine(text)
      if (read === 'other') this.counts.otherLines += text === '' ? 0 : 1
      else if (read === 'faulty') {
        this.counts.faultyLines += 1
        this.counts.firstFaulty ??= `${name}:${line + index + 1}`
      } else {
        decisions.push(read)
        places.push(line + index + 1)
      }
    }
    this.counts.decisions += decisions.length
    return { decisions, lines: places }
  }
}
